import type { Handler } from '../../handler';
import { ndjson } from '../../wire/ndjson';
import { connect, type Vendor } from '../connection';
import { fastLane } from '../fast-lane';
import { httpHandler } from '../http-handler';
import type { ProviderOptions } from '../protocol';
import { ChatDecoder } from './decode';
import { encodeChat } from './encode';
import { chatMembers } from './members';
import { readHost } from './host';

/** Options for {@link ollama}. */
export type OllamaOptions = ProviderOptions;

const vendor: Vendor = {
  name: 'ollama',
  baseURL: 'http://127.0.0.1:11434',
  baseVariable: 'OLLAMA_HOST',
  readBase: readHost,
  keyVariables: ['OLLAMA_API_KEY'],
  headers: (key): Readonly<Record<string, string>> =>
    key === undefined ? {} : { authorization: `Bearer ${key}` },
  passes: [],
};

/**
 * Asks a model that runs on Ollama, by default on this machine.
 *
 * The base URL is `baseURL`, else the variable `OLLAMA_HOST`, else `http://127.0.0.1:11434`; a host
 * and a port will do, as they do for Ollama. A key is optional: `apiKey`, else the variable
 * `OLLAMA_API_KEY`. Ollama can't be made to call a tool: `toolChoice: 'required'` is `'auto'` there,
 * and a named tool is the only one that is offered. Images must be base64. Fields that only
 * Ollama knows go into the request's `providerOptions`, under `ollama` or under the `name` of this
 * provider; settings within `options` are added to those of the request.
 *
 * @param options - See {@link OllamaOptions}.
 * @returns A handler whose every subscription sends one request.
 * @throws TypeError for a base URL, key or header that can't be sent.
 *
 * @example
 * ```ts
 * const ask = ollama({ model: 'qwen3' });
 * ask(prompt('What is an Observable?', { providerOptions: { ollama: { options: { num_ctx: 8192 } } } }));
 * ```
 */
export function ollama(options: OllamaOptions = {}): Handler {
  const connection = connect(vendor, options);
  const { name, secrets } = connection;
  return httpHandler(
    {
      name,
      encode: (request) => {
        const model = connection.model(request);
        const path = (base: string): string => (base.endsWith('/api') ? 'chat' : 'api/chat');
        return { ...connection.open(path), body: encodeChat(request, name, model) };
      },
      framing: ndjson,
      createDecoder: fastLane((answer) => new ChatDecoder(answer), chatMembers),
      secrets,
    },
    options,
  );
}
