import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryQuota } from '../../../src/policy/state/retry-quota';

const broken = { kind: 'server' };
const throttled = { kind: 'rate-limited' };

/** How many attempts it pays for. */
const spend = (quota: RetryQuota, failure = broken): number => {
  let paid = 0;
  while (quota.withdraw(failure)) paid += 1;
  return paid;
};

describe('RetryQuota', () => {
  it.each([
    [{}, broken, 35],
    [{}, throttled, 100],
    [{}, { kind: 'overloaded' }, 100],
    [{ tokens: 28 }, broken, 2],
    [{ tokens: 27 }, broken, 1],
    [{ tokens: 0 }, broken, 0],
    [{ cost: 50 }, broken, 10],
    [{ cost: 50 }, throttled, 100],
    [{ throttledCost: 50 }, throttled, 10],
    [{ throttledCost: 50 }, broken, 35],
  ])('%o: after failures of %o it pays for %i attempts', (options, failure, attempts) => {
    expect(spend(new RetryQuota(options), failure)).toBe(attempts);
  });

  it('a hedge costs as much as a retry', () => {
    const quota = new RetryQuota();
    quota.withdraw();
    expect(quota.tokens).toBe(486);
  });

  it.each([
    [broken, 14],
    [throttled, 5],
    [undefined, 1],
  ])('a success after %o gives back %i', (retried, amount) => {
    const quota = new RetryQuota();
    spend(quota);
    const before = quota.tokens;
    quota.repay(retried);
    expect(quota.tokens).toBe(before + amount);
  });

  it('calls cost nothing', () => {
    const quota = new RetryQuota();
    quota.deposit();
    expect(quota.tokens).toBe(500);
  });

  it.each([
    [{ tokens: -1 }, RangeError, 'tokens must be a number of at least 0, got -1'],
    [{ cost: NaN }, RangeError, 'cost must be a number of at least 0, got NaN'],
    [{ throttledCost: -1 }, RangeError, 'throttledCost must be a number of at least 0, got -1'],
    [{ tokens: '5' as never }, TypeError, 'tokens must be a number, got string'],
  ])('refuses %o', (options, type, message) => {
    expect(() => new RetryQuota(options)).toThrow(new type(`RetryQuota: ${message}`));
  });

  it('never holds less than nothing, nor more than at first', () => {
    const steps = fc.array(fc.constantFrom(...(['withdraw', 'repay'] as const)), { maxLength: 99 });
    const failures = fc.constantFrom(broken, throttled, undefined);
    fc.assert(
      fc.property(fc.nat(60), steps, failures, (tokens, all, failure) => {
        const quota = new RetryQuota({ tokens });
        for (const step of all) {
          quota[step](failure);
          expect(quota.tokens).toBeGreaterThanOrEqual(0);
          expect(quota.tokens).toBeLessThanOrEqual(tokens);
        }
      }),
    );
  });
});
