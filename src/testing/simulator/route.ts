import type { IncomingMessage } from 'node:http';
import type { Refusal } from './call';
import type { SimulatorProtocol } from './errors';

/** Where a request goes. */
export interface Route {
  /** For an unknown path, the protocol whose headers the request has. */
  readonly protocol: SimulatorProtocol;
  readonly known: boolean;
}

/** Finds the protocol of a request; any path before the usual one is accepted. */
export function findRoute({ url = '/', headers }: IncomingMessage): Route {
  const path = url.replace(/[?#].*$/s, '');
  if (path.endsWith('/chat/completions')) return { protocol: 'openai', known: true };
  if (path.endsWith('/v1/messages')) return { protocol: 'anthropic', known: true };
  const anthropic = 'anthropic-version' in headers || 'x-api-key' in headers;
  return { protocol: anthropic ? 'anthropic' : 'openai', known: false };
}

/** What the protocol's servers object to before they read the body, if anything. */
export function refuseRoute(
  { protocol, known }: Route,
  { method, headers }: IncomingMessage,
  apiKey: string | undefined,
): Refusal | undefined {
  if (!known) {
    return {
      status: 404,
      message:
        'Unknown path. The simulator answers POST …/chat/completions and POST …/v1/messages.',
      code: 'unknown_url',
    };
  }
  if (method !== 'POST') {
    return {
      status: 405,
      message: 'Only POST requests are accepted.',
      code: 'method_not_supported',
    };
  }
  if (apiKey !== undefined && keyOf(headers) !== apiKey) {
    return { status: 401, message: 'The API key is missing or wrong.' };
  }
  if (protocol === 'anthropic' && headers['anthropic-version'] === undefined) {
    return { status: 400, message: 'anthropic-version: header is required' };
  }
  return undefined;
}

function keyOf(headers: IncomingMessage['headers']): unknown {
  const bearer = /^Bearer (.*)$/i.exec(headers.authorization ?? '')?.[1];
  return bearer ?? headers['x-api-key'] ?? headers['api-key'];
}
