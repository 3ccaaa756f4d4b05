import { LlmError } from '../error/llm-error';

/** The error of a frame over the bound. */
export function frameTooLong(maxFrameLength: number): LlmError {
  return new LlmError(
    `a frame of the stream is longer than maxFrameLength (${String(maxFrameLength)} characters); ` +
      'raise maxFrameLength if frames of that size are expected',
    { kind: 'malformed', retryable: false },
  );
}
