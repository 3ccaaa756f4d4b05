import { describe, expect, it } from 'vitest';
import { allowanceOf, isThrottled } from '../../../src/policy/state/retry-allowance';
import { RetryBudget } from '../../../src/policy/state/retry-budget';

describe('allowanceOf', () => {
  it('takes an allowance as it is, whoever made it', () => {
    const own = { deposit: () => undefined, withdraw: () => true };
    expect(allowanceOf('hedge', own)).toBe(own);
    const budget = new RetryBudget();
    expect(allowanceOf('hedge', budget)).toBe(budget);
  });

  it('takes a number for the ratio of a budget', () => {
    const allowance = allowanceOf('hedge', 300);
    allowance.deposit();
    expect((allowance as RetryBudget).available).toBe(300);
    expect(allowance).toBeInstanceOf(RetryBudget);
  });

  it.each([
    [-1, RangeError, 'hedge: budget must be a number of at least 0, got -1'],
    [NaN, RangeError, 'hedge: budget must be a number of at least 0, got NaN'],
    ['1', TypeError, 'hedge: budget must be a number, got string'],
    [null, TypeError, 'hedge: budget must be a number, got object'],
    [{ withdraw: () => true }, TypeError, 'hedge: budget must be a number, got object'],
  ])('refuses %o', (budget, type, message) => {
    expect(() => allowanceOf('hedge', budget as never)).toThrow(new type(message));
  });
});

it.each([
  ['rate-limited', true],
  ['overloaded', true],
  ['server', false],
])('isThrottled: %s is %s', (kind, throttled) => {
  expect(isThrottled({ kind })).toBe(throttled);
});
