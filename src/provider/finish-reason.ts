import { LlmError } from '../error/llm-error';
import type { FinishReason } from '../event/chat-event';

const words: Readonly<Record<Exclude<FinishReason, 'unknown'> | 'failure', readonly string[]>> = {
  // `pause_turn` asks to be called again; the raw reason tells it apart.
  stop: [
    'stop',
    'end_turn',
    'stop_sequence',
    'STOP',
    'COMPLETE',
    'STOP_SEQUENCE',
    'completed',
    'pause_turn',
  ],
  length: [
    'length',
    'model_length',
    'max_tokens',
    'model_context_window_exceeded',
    'MAX_TOKENS',
    'max_output_tokens',
  ],
  'tool-calls': ['tool_calls', 'function_call', 'tool_use', 'TOOL_CALL', 'requires_action'],
  'content-filter': [
    'content_filter',
    'refusal',
    'SAFETY',
    'RECITATION',
    'BLOCKLIST',
    'PROHIBITED_CONTENT',
    'SPII',
    'IMAGE_SAFETY',
    'IMAGE_PROHIBITED_CONTENT',
    'IMAGE_RECITATION',
    'LANGUAGE',
    'MODEL_ARMOR',
    'content_filtered',
    'guardrail_intervened',
    'sensitive',
  ],
  failure: [
    'error',
    'insufficient_system_resource',
    'MALFORMED_FUNCTION_CALL',
    'UNEXPECTED_TOOL_CALL',
    'TOO_MANY_TOOL_CALLS',
    'ERROR',
    'failed',
    'cancelled',
    'abort',
    'network_error',
  ],
};

const meanings: ReadonlyMap<string, FinishReason | 'failure'> = new Map(
  Object.entries(words).flatMap(([meaning, raws]) =>
    raws.map((raw) => [raw, meaning as FinishReason | 'failure'] as const),
  ),
);

/**
 * What a provider's finish reason means; `failure` must become {@link finishFailure}.
 *
 * @param hasCalls - Whether there are calls to answer. To some protocols, and to some servers of the
 * others, an end with calls is an ordinary one.
 */
export function finishReason(
  raw: string | null | undefined,
  hasCalls = false,
): FinishReason | 'failure' {
  const reason = meanings.get(raw ?? '') ?? 'unknown';
  return reason === 'stop' && hasCalls && raw !== 'pause_turn' ? 'tool-calls' : reason;
}

/** The error for an answer that the server ended with a reason that means failure. */
export function finishFailure(provider: string, raw: string): LlmError {
  return new LlmError(`${provider}: the server gave up on the answer (${raw})`, {
    kind: 'server',
    provider,
    code: raw,
  });
}
