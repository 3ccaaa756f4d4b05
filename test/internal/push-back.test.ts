import { describe, expect, it } from 'vitest';
import { LlmError, type LlmErrorFields } from '../../src/error/llm-error';
import { isPushBack } from '../../src/internal/push-back';

it.each<[LlmErrorFields, boolean]>([
  [{ kind: 'rate-limited' }, true],
  [{ kind: 'rate-limited', retryable: true }, true],
  [{ kind: 'overloaded', retryAfter: 5 }, true],
  [{ kind: 'server', retryAfter: 0 }, true],
  [{ kind: 'server', retryable: false }, true],
  [{ kind: 'overloaded' }, false],
  [{ kind: 'server' }, false],
  [{ kind: 'unauthorized' }, false],
  [{ kind: 'queue-full' }, false],
  [{ kind: 'circuit-open', retryAfter: 5 }, false],
  [{ kind: 'rate-limited', retryable: false, status: 429 }, true],
  [{ kind: 'rate-limited', retryable: false, retryAfter: 5 }, false],
])('isPushBack: %o is %s', (fields, expected) => {
  expect(isPushBack(new LlmError('fake', fields))).toBe(expected);
});

describe('isPushBack', () => {
  it('believes a server that allows what would else be final', () => {
    expect(isPushBack(new LlmError('fake', { kind: 'invalid-request', retryable: true }))).toBe(
      false,
    );
  });
});
