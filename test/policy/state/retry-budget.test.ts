import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../src/policy/state/retry-budget';

/** Takes all that there is. */
const spend = (budget: RetryBudget): number => {
  let spent = 0;
  while (spent < 10_000 && budget.withdraw()) spent += 1;
  return spent;
};
const deposit = (budget: RetryBudget, calls: number): void => {
  for (let call = 0; call < calls; call += 1) budget.deposit();
};

describe('RetryBudget', () => {
  it('lends a reserve, so that the first calls may be retried', () => {
    const budget = new RetryBudget();
    expect(budget.available).toBe(10);
    expect(spend(budget)).toBe(10);
    expect(budget.withdraw()).toBe(false);
  });

  it('earns the reserve back before it allows more', () => {
    const budget = new RetryBudget();
    spend(budget);
    deposit(budget, 54);
    expect(spend(budget)).toBe(0);
    deposit(budget, 1);
    expect(spend(budget)).toBe(1);
  });

  it.each([
    [undefined, 200],
    [0.2, 200],
    [0.1, 100],
    [1, 1000],
    [0, 0],
  ])('ratio: %o gives %i retries to a thousand calls', (ratio, retries) => {
    const budget = new RetryBudget({ ratio });
    let spent = 0;
    for (let call = 0; call < 1000; call += 1) {
      budget.deposit();
      spent += spend(budget);
    }
    expect(spent).toBe(retries);
  });

  it('saves up no more than a hundred', () => {
    const budget = new RetryBudget();
    deposit(budget, 100_000);
    expect(budget.available).toBe(100);
    expect(spend(budget)).toBe(100);
    deposit(budget, 5);
    expect(spend(budget)).toBe(1);
  });

  it('has no bound when the ratio has none', () => {
    const budget = new RetryBudget({ ratio: Infinity });
    budget.deposit();
    expect(spend(budget)).toBe(10_000);
  });

  it('gives a call what its ratio says, also above a hundred', () => {
    const budget = new RetryBudget({ ratio: 300 });
    budget.deposit();
    expect(spend(budget)).toBe(300);
  });

  it.each([-1, NaN, -Infinity])('refuses a ratio of %d', (ratio) => {
    expect(() => new RetryBudget({ ratio })).toThrow(
      new RangeError(`RetryBudget: ratio must be a number of at least 0, got ${String(ratio)}`),
    );
  });

  it('refuses a ratio that is no number', () => {
    expect(() => new RetryBudget({ ratio: '0.2' as never })).toThrow(
      new TypeError('RetryBudget: ratio must be a number, got string'),
    );
  });

  it('never allows more than the ratio, once the reserve is earned', () => {
    const steps = fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom(0, 0.05, 0.1, 0.2, 0.7, 1), steps, (ratio, rounds) => {
        const budget = new RetryBudget({ ratio });
        let calls = 0;
        let retries = 0;
        for (const [made, wanted] of rounds) {
          deposit(budget, made);
          calls += made;
          for (let n = 0; n < wanted; n += 1) {
            const { available } = budget;
            const granted = budget.withdraw();
            expect(granted).toBe(available >= 1);
            if (granted) retries += 1;
          }
          const reserve = ratio === 0 ? 0 : 10;
          expect(retries).toBeLessThanOrEqual(Math.max(reserve, calls * ratio + 1e-6));
        }
      }),
    );
  });
});
