import type { Handler } from '../../handler';
import { keepOne } from '../../internal/keep-one';
import { sse } from '../../wire/sse';
import { connect, type Vendor } from '../connection';
import { httpHandler } from '../http-handler';
import type { ProviderOptions } from '../protocol';
import { GenerateContentDecoder } from './decode';
import { encodeGenerateContent, streamPath } from './encode';

/** Options for {@link gemini}. */
export type GeminiOptions = ProviderOptions;

const vendor: Vendor = {
  name: 'gemini',
  baseURL: 'https://generativelanguage.googleapis.com',
  baseVariable: 'GOOGLE_GEMINI_BASE_URL',
  keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  keyHost: 'generativelanguage.googleapis.com',
  headers: (key): Readonly<Record<string, string>> =>
    key === undefined ? {} : { 'x-goog-api-key': key },
  passes: ['x-goog-api-key', 'authorization'],
};

/**
 * Asks Gemini, or any server that speaks its protocol, by its `baseURL`.
 *
 * The key is `apiKey`, else the variable `GEMINI_API_KEY` or `GOOGLE_API_KEY`; an empty `apiKey`
 * sends none. It goes into a header, never into the address. The base URL is `baseURL`, else the
 * variable `GOOGLE_GEMINI_BASE_URL`, else Google's own; where it names no version of the API,
 * `v1beta` is asked. Fields that only this API knows go into the request's `providerOptions`,
 * under `gemini` or under the `name` of this provider; settings within `generationConfig` are
 * added to those of the request.
 *
 * @param options - See {@link GeminiOptions}.
 * @returns A handler whose every subscription sends one request.
 * @throws TypeError for a base URL, key or header that can't be sent. A call fails with an
 * `LlmError`: `unauthorized` before anything is sent when Google is to be asked without a key.
 *
 * @example
 * ```ts
 * const ask = gemini({ model: 'gemini-2.5-flash' });
 * ask(prompt('What is an Observable?')).pipe(textSoFar()).subscribe(render);
 * ```
 */
export function gemini(options: GeminiOptions = {}): Handler {
  const connection = connect(vendor, options);
  const { name, secrets } = connection;
  keepOne(GenerateContentDecoder, (_, nothing) => new GenerateContentDecoder(nothing));
  return httpHandler(
    {
      name,
      encode: (request) => {
        const model = connection.model(request);
        const { url, headers } = connection.open((base) => streamPath(name, model, base));
        return { url, headers, body: encodeGenerateContent(request, name, model) };
      },
      framing: sse,
      createDecoder: (answer) => new GenerateContentDecoder(answer),
      secrets,
    },
    options,
  );
}
