import { anthropicErrorBody } from '../anthropic-wire';
import { openaiErrorBody } from '../openai-wire';
import type { Refusal } from './call';

/** The wires that the simulator speaks. */
export type SimulatorProtocol = 'openai' | 'anthropic';

interface UsualError {
  readonly message: string;
  readonly openai: { readonly type: string; readonly code?: string };
  readonly anthropic: string;
}

const invalid = { type: 'invalid_request_error' };
const trouble = { type: 'server_error' };

const usual: Readonly<Record<number, UsualError>> = {
  400: {
    message: 'The request is invalid.',
    openai: invalid,
    anthropic: 'invalid_request_error',
  },
  401: {
    message: 'The API key is missing or wrong.',
    openai: { ...invalid, code: 'invalid_api_key' },
    anthropic: 'authentication_error',
  },
  402: {
    message: 'The account has no credit left.',
    openai: { type: 'insufficient_quota', code: 'insufficient_quota' },
    anthropic: 'billing_error',
  },
  403: {
    message: 'The key may not use this.',
    openai: invalid,
    anthropic: 'permission_error',
  },
  404: {
    message: 'The model does not exist.',
    openai: { ...invalid, code: 'model_not_found' },
    anthropic: 'not_found_error',
  },
  413: {
    message: 'The request is too large.',
    openai: invalid,
    anthropic: 'request_too_large',
  },
  429: {
    message: 'The rate limit is reached.',
    openai: { type: 'requests', code: 'rate_limit_exceeded' },
    anthropic: 'rate_limit_error',
  },
  408: { message: 'The request took too long.', openai: trouble, anthropic: 'timeout_error' },
  500: { message: 'The server had an error.', openai: trouble, anthropic: 'api_error' },
  503: { message: 'The server is overloaded.', openai: trouble, anthropic: 'overloaded_error' },
  504: { message: 'The request took too long.', openai: trouble, anthropic: 'timeout_error' },
  529: { message: 'Overloaded', openai: trouble, anthropic: 'overloaded_error' },
};

const other: UsualError = {
  message: 'The request failed.',
  openai: invalid,
  anthropic: 'api_error',
};

/** The JSON that the protocol's servers send with an error status. */
export function errorBody(
  protocol: SimulatorProtocol,
  refusal: Pick<Refusal, 'status' | 'code'> & { readonly message?: string },
  requestId: string,
): string {
  const known = usual[refusal.status] ?? other;
  const { message = known.message, code = known.openai.code } = refusal;
  return protocol === 'anthropic'
    ? anthropicErrorBody({ type: known.anthropic, message, requestId })
    : openaiErrorBody({ message, type: known.openai.type, code });
}

/** What the protocol's servers put into a body when they break off an answer. */
export function troubleBody(
  protocol: SimulatorProtocol,
  body: unknown,
  requestId: string,
  streamed: boolean,
): string {
  const status = protocol === 'anthropic' ? 529 : 500;
  const json =
    body === undefined ? errorBody(protocol, { status }, requestId) : JSON.stringify(body);
  if (!streamed) return json;
  return protocol === 'anthropic' ? `event: error\ndata: ${json}\n\n` : `data: ${json}\n\n`;
}
