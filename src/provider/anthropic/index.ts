import type { Handler } from '../../handler';
import { sse } from '../../wire/sse';
import { connect, type Vendor } from '../connection';
import { fastLane } from '../fast-lane';
import { httpHandler } from '../http-handler';
import type { ProviderOptions } from '../protocol';
import { MessageDecoder } from './decode';
import { encodeMessage } from './encode';
import { messageMembers } from './members';

/** Options for {@link anthropic}. */
export type AnthropicOptions = ProviderOptions;

const vendor: Vendor = {
  name: 'anthropic',
  baseURL: 'https://api.anthropic.com',
  baseVariable: 'ANTHROPIC_BASE_URL',
  keyVariables: ['ANTHROPIC_API_KEY'],
  keyHost: 'api.anthropic.com',
  headers: (key) => ({
    'anthropic-version': '2023-06-01',
    ...(key === undefined ? {} : { 'x-api-key': key }),
  }),
  passes: ['x-api-key', 'authorization'],
};

/**
 * Asks Anthropic's Messages API, or any server that speaks it, by its `baseURL`.
 *
 * The key is `apiKey`, else the variable `ANTHROPIC_API_KEY`; an empty `apiKey` sends none. The
 * base URL is `baseURL`, else the variable `ANTHROPIC_BASE_URL`, else Anthropic's own. Without
 * `maxOutputTokens` an answer ends at 4096 tokens, not counting what it may think; the API
 * has no `seed`. Claude up to 4.5 thinks by a budget, which the API refuses in an answer to tools
 * and beside a tool choice that forces one: there it is asked not to think. From 4.7 on it takes
 * no budget, so that a request's `reasoning.maxTokens` only asks it to think. Fields that only this API
 * knows go into the request's `providerOptions`, under `anthropic` or under the `name` of this
 * provider.
 *
 * @param options - See {@link AnthropicOptions}.
 * @returns A handler whose every subscription sends one request.
 * @throws TypeError for a base URL, key or header that can't be sent. A call fails with an
 * `LlmError`: `unauthorized` before anything is sent when Anthropic is to be asked without a key.
 *
 * @example
 * ```ts
 * const ask = anthropic({ model: 'claude-haiku-4-5' });
 * ask(prompt('What is an Observable?')).pipe(textSoFar()).subscribe(render);
 * ```
 */
export function anthropic(options: AnthropicOptions = {}): Handler {
  const connection = connect(vendor, options);
  const { name, secrets } = connection;
  return httpHandler(
    {
      name,
      encode: (request) => {
        const model = connection.model(request);
        const path = (base: string): string => (base.endsWith('/v1') ? 'messages' : 'v1/messages');
        return { ...connection.open(path), body: encodeMessage(request, name, model) };
      },
      framing: sse,
      createDecoder: fastLane((answer) => new MessageDecoder(answer), messageMembers),
      secrets,
    },
    options,
  );
}
