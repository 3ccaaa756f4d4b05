import { LlmError } from '../error/llm-error';

/** The default of `maxResponseBytes`: 256 MiB. */
export const MAX_RESPONSE_BYTES = 256 * 1024 * 1024;

/** The error of a body over the bound. */
export function responseTooLarge(maxResponseBytes: number): LlmError {
  return new LlmError(
    `the response is longer than maxResponseBytes (${String(maxResponseBytes)}); ` +
      'raise maxResponseBytes if answers of that size are expected',
    { kind: 'malformed', retryable: false },
  );
}
