import { describe, expect, it } from 'vitest';
import { finishFailure, finishReason } from '../../src/provider/finish-reason';

const table = {
  stop: 'stop end_turn stop_sequence STOP COMPLETE STOP_SEQUENCE completed pause_turn',
  length:
    'length model_length max_tokens model_context_window_exceeded MAX_TOKENS max_output_tokens',
  'tool-calls': 'tool_calls function_call tool_use TOOL_CALL requires_action',
  'content-filter':
    'content_filter refusal SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION LANGUAGE MODEL_ARMOR content_filtered guardrail_intervened sensitive',
  failure:
    'error insufficient_system_resource MALFORMED_FUNCTION_CALL UNEXPECTED_TOOL_CALL TOO_MANY_TOOL_CALLS ERROR failed cancelled abort network_error',
  unknown: 'tired OTHER __proto__ constructor toString',
};

describe('finishReason', () => {
  it.each(
    Object.entries(table).flatMap(([meaning, raws]) =>
      raws.split(' ').map((raw) => [raw, meaning]),
    ),
  )('takes %s for %s', (raw, meaning) => {
    expect(finishReason(raw)).toBe(meaning);
  });

  it('takes an end with calls for one that asks for them, unless the model only pauses', () => {
    const raws = ['stop', 'end_turn', 'STOP', 'tool_use', 'pause_turn', 'length', 'error'];
    expect(raws.map((raw) => finishReason(raw, true))).toEqual([
      ...['tool-calls', 'tool-calls', 'tool-calls', 'tool-calls', 'stop', 'length', 'failure'],
    ]);
  });

  it('knows nothing of an answer that gives no reason', () => {
    expect([finishReason(undefined), finishReason(null), finishReason('')]).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
  });
});

describe('finishFailure', () => {
  it('is a failure of the server, which may be asked again', () => {
    expect(finishFailure('deepseek', 'insufficient_system_resource')).toMatchObject({
      kind: 'server',
      retryable: true,
      failover: true,
      providerFault: true,
      provider: 'deepseek',
      code: 'insufficient_system_resource',
    });
  });
});
