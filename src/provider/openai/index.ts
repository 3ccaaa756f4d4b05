import type { Handler } from '../../handler';
import { sse } from '../../wire/sse';
import { fastLane } from '../fast-lane';
import { httpHandler } from '../http-handler';
import type { ProviderOptions } from '../protocol';
import { connectOpenAI, vendorOf } from './connection';
import { ChatDecoder } from './decode';
import { encodeChat } from './encode';
import { chatMembers } from './members';

/** Options for {@link openai}. */
export type OpenAIOptions = ProviderOptions;

/**
 * Asks OpenAI's chat completions, or any server that speaks them: Azure, Groq, DeepSeek,
 * Mistral, xAI, OpenRouter, vLLM, llama.cpp, LM Studio, … by their `baseURL`.
 *
 * The key is `apiKey`, else the variable `OPENAI_API_KEY`; an empty `apiKey` sends none. The
 * base URL is `baseURL`, else the variable `OPENAI_BASE_URL`, else OpenAI's own. Fields that
 * only one server knows go into the request's `providerOptions`, under `openai` or under the
 * `name` of this provider; one that is `undefined` there is left out of the body. A request's
 * `reasoning.maxTokens` has no counterpart here; its `effort` goes as the nearest one where
 * OpenAI's model is known to refuse it. DeepSeek is asked not to think once there are tool calls in
 * the conversation, as it then wants its thoughts back, which messages do not hold.
 *
 * @param options - See {@link OpenAIOptions}.
 * @returns A handler whose every subscription sends one request.
 * @throws TypeError for a base URL, key or header that can't be sent. A call fails with an
 * `LlmError`: `unauthorized` before anything is sent when OpenAI is to be asked without a key.
 *
 * @example
 * ```ts
 * const ask = openai({ model: 'gpt-5-mini' });
 * const groq = openai({ name: 'groq', baseURL: 'https://api.groq.com/openai/v1', apiKey });
 * ```
 */
export function openai(options: OpenAIOptions = {}): Handler {
  const connection = connectOpenAI(options);
  const { name: provider, secrets } = connection;
  return httpHandler(
    {
      name: provider,
      encode: (request) => {
        const model = connection.model(request);
        const { url, hostname, headers } = connection.open(() => 'chat/completions');
        const body = encodeChat(request, { provider, vendor: vendorOf(hostname) }, model);
        return { url, headers, body };
      },
      framing: sse,
      createDecoder: fastLane((answer) => new ChatDecoder(answer), chatMembers),
      secrets,
    },
    options,
  );
}
