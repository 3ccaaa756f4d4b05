import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify } from '../../src/error/classify';
import { failureTable } from '../../src/error/failure-table';
import { decisions, type LlmErrorKind } from '../../src/error/llm-error';

/** What a status means where the body says nothing more. */
function meaning(status: number): { kind: LlmErrorKind; retryable?: boolean; failover?: boolean } {
  if (status === 401 || status === 403) return { kind: 'unauthorized' };
  if (status === 402) return { kind: 'quota-exhausted' };
  if (status === 404 || status === 410) return { kind: 'invalid-request', failover: true };
  if (status === 408) return { kind: 'timed-out' };
  if (status === 409) return { kind: 'server', retryable: true, failover: false };
  if (status === 413) return { kind: 'context-too-long' };
  if (status === 425 || status === 499) return { kind: 'server' };
  if (status === 429) return { kind: 'rate-limited' };
  if (status === 529) return { kind: 'overloaded' };
  return { kind: status < 500 ? 'invalid-request' : 'server' };
}

const statuses = Array.from({ length: 200 }, (_, index) => 400 + index);

const known = failureTable.flatMap((row) => row.codes ?? []).filter((code) => !code.includes('*'));

/** Seeded, since each is to be tried with many statuses. */
const bodies = fc.sample(
  fc.oneof(
    fc.json(),
    fc.json().map((text): unknown => JSON.parse(text)),
    fc.record({ error: fc.jsonValue() }),
    fc.record({
      error: fc.record(
        {
          message: fc.string(),
          type: fc.oneof(fc.string(), fc.constant(null), fc.constant('strange_error')),
          code: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
          status: fc.jsonValue(),
          details: fc.oneof(fc.jsonValue(), fc.array(fc.record({ violations: fc.jsonValue() }))),
        },
        { requiredKeys: [] },
      ),
    }),
    fc.anything(),
  ),
  { numRuns: 200, seed: 20 },
);

describe('classify, for bodies without meaning', () => {
  it('goes by the status, for each from 400 to 599', () => {
    const strays: unknown[] = [];
    for (const status of statuses) {
      const { kind, ...rest } = meaning(status);
      const expected = { ...decisions[kind], ...rest };
      for (const body of bodies.filter((_, index) => index % 10 === status % 10)) {
        const error = classify({ status, body });
        const right =
          error.kind === kind &&
          error.retryable === expected.retryable &&
          error.failover === expected.failover &&
          error.status === status;
        if (!right) strays.push({ status, body, kind: error.kind });
      }
    }
    expect(strays).toEqual([]);
  });

  it('finds the server at fault, and asks again, for such an error inside a stream', () => {
    for (const body of bodies) {
      const error = classify({ status: 200, body });
      if (error.status === 200) expect(error).toMatchObject({ kind: 'server', retryable: true });
    }
  });

  it('never throws, whatever the signal', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            status: fc.oneof(fc.integer(), fc.constantFrom(0, 200, 429, NaN)),
            headers: fc.dictionary(fc.string(), fc.string()),
            body: fc.anything({ withNullPrototype: true, withMap: true, withDate: true }),
            cause: fc.anything({ withNullPrototype: true, withMap: true, withSet: true }),
            receivedAt: fc.double(),
            secrets: fc.array(fc.string()),
          },
          { requiredKeys: [] },
        ),
        (signal) => {
          const error = classify(signal);
          expect(Object.keys(decisions)).toContain(error.kind);
          expect(error.message).toMatch(/: \S/);
          expect(error.code ?? 'none').toMatch(/^[\w.:-]{1,80}$/);
          expect(error.requestId ?? 'none').toMatch(/^[\w.:-]{1,80}$/);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('classify, for bodies with a known code', () => {
  const places: readonly ((code: string) => unknown)[] = [
    (code) => ({ error: { code } }),
    (code) => ({ error: { type: code } }),
    (code) => ({ error: { status: code } }),
    (code) => ({ error: { code: code.toUpperCase() } }),
    (code) => ({ error: { type: 'strange_error', code } }),
    (code) => ({ error: { type: 'invalid_request_error', innererror: { code } } }),
    (code) => ({ error: { error: { code } } }),
    (code) => ({ error: { details: { error_code: code } } }),
    (code) => ({ error: { details: [{ reason: code }] } }),
    (code) => ({ error: 'text', error_type: code }),
    (code) => ({ type: 'error', code }),
    (code) => ({ type: 'error', error: { type: code } }),
    (code) => ({ object: 'error', type: code }),
    (code) => ({ type: 'response.failed', response: { error: { code } } }),
    (code) => [{ error: { status: code } }],
    (code) => ({ code }),
  ];

  it.each(known)('%s means the same in every place', (code) => {
    const { kind, retryable, failover } = classify({ status: 200, body: { error: { code } } });
    for (const place of places) {
      const error = classify({ status: 200, body: place(code) });
      expect(error).toMatchObject({ kind, retryable, failover });
    }
  });
});
