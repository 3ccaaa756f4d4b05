import { LlmError } from './llm-error';

/** All that is known of a failure. */
export interface FailureSignal {
  /** The name of the provider, for the error's `provider` field. */
  readonly provider?: string | undefined;
  /** The HTTP status. */
  readonly status?: number | undefined;
  /** Response headers by lower-case name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The error body or in-stream error: parsed JSON, or text where it was not JSON. */
  readonly body?: unknown;
  /** The local clock when the response came, in milliseconds since 1970. */
  readonly receivedAt?: number | undefined;
  /** A transport's error, or any error of a foreign stream. */
  readonly cause?: unknown;
  /** Values that must not appear in the error, for example the API key. */
  readonly secrets?: readonly string[] | undefined;
}

export function classify(signal: FailureSignal): LlmError {
  return new LlmError('unclassified', { kind: 'server', provider: signal.provider });
}
