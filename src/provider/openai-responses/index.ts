import type { Handler } from '../../handler';
import { sse } from '../../wire/sse';
import { fastLane } from '../fast-lane';
import { httpHandler } from '../http-handler';
import type { ProviderOptions } from '../protocol';
import { connectOpenAI } from '../openai/connection';
import { ResponseDecoder } from './decode';
import { encodeResponse } from './encode';
import { responseMembers } from './members';

/** Options for {@link openaiResponses}. */
export type OpenAIResponsesOptions = ProviderOptions;

/**
 * Asks OpenAI's Responses API, or a server that speaks it by its `baseURL`.
 *
 * Key and base URL are found as by `openai`. Fields that only this protocol knows go into the
 * request's `providerOptions`, under `openai` or under the `name` of this provider; one that
 * is `undefined` there is left out of the body. The protocol has no counterpart to a request's
 * `stop`, `seed` and `reasoning.maxTokens`.
 *
 * @param options - See {@link OpenAIResponsesOptions}.
 * @returns A handler whose every subscription sends one request.
 * @throws TypeError for a base URL, key or header that can't be sent. A call fails with an
 * `LlmError`: `unauthorized` before anything is sent when OpenAI is to be asked without a key.
 *
 * @example
 * ```ts
 * const ask = openaiResponses({ model: 'gpt-5-mini' });
 * ```
 */
export function openaiResponses(options: OpenAIResponsesOptions = {}): Handler {
  const connection = connectOpenAI(options);
  const { name: provider, secrets } = connection;
  return httpHandler(
    {
      name: provider,
      encode: (request) => {
        const model = connection.model(request);
        const { url, headers } = connection.open(() => 'responses');
        return { url, headers, body: encodeResponse(request, provider, model) };
      },
      framing: sse,
      createDecoder: fastLane((answer) => new ResponseDecoder(answer), responseMembers),
      secrets,
    },
    options,
  );
}
