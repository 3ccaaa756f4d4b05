import { describe, expect, it } from 'vitest';
import { RetryThrottle } from '../../../src/policy/state/retry-throttle';

const after = (throttle: RetryThrottle, failures: number, successes = 0): RetryThrottle => {
  for (let n = 0; n < failures; n += 1) throttle.charge();
  for (let n = 0; n < successes; n += 1) throttle.repay();
  return throttle;
};

describe('RetryThrottle', () => {
  it.each([
    [{}, 4, 0, 6, true],
    [{}, 5, 0, 5, false],
    [{}, 5, 1, 5.1, true],
    [{}, 99, 0, 0, false],
    [{}, 0, 99, 10, true],
    [{}, 3, 7, 7.7, true],
    [{ maxTokens: 100 }, 49, 0, 51, true],
    [{ maxTokens: 100 }, 50, 0, 50, false],
    [{ maxTokens: 3 }, 1, 0, 2, true],
    [{ maxTokens: 0 }, 0, 9, 0, false],
    [{ tokenRatio: 0.5 }, 6, 2, 5, false],
    [{ tokenRatio: 0.5 }, 6, 3, 5.5, true],
    [{ tokenRatio: 0.001 }, 5, 1, 5.001, true],
  ])('%o: after %i failures and %i successes %d tokens, so retries: %s', (...given) => {
    const [options, failures, successes, tokens, retries] = given;
    const throttle = after(new RetryThrottle(options), failures, successes);
    expect(throttle.tokens).toBe(tokens);
    expect(throttle.withdraw()).toBe(retries);
  });

  it('neither calls nor retries cost anything', () => {
    const throttle = new RetryThrottle();
    throttle.deposit();
    throttle.withdraw();
    expect(throttle.tokens).toBe(10);
  });

  it.each([
    [
      { maxTokens: -1 },
      RangeError,
      'maxTokens must be a number of at least 0 and at most 1000, got -1',
    ],
    [
      { maxTokens: 1001 },
      RangeError,
      'maxTokens must be a number of at least 0 and at most 1000, got 1001',
    ],
    [{ tokenRatio: NaN }, RangeError, 'tokenRatio must be a number of at least 0, got NaN'],
    [{ tokenRatio: '1' as never }, TypeError, 'tokenRatio must be a number, got string'],
  ])('refuses %o', (options, type, message) => {
    expect(() => new RetryThrottle(options)).toThrow(new type(`RetryThrottle: ${message}`));
  });
});
