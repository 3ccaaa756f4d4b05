import {
  bulkhead,
  circuitBreaker,
  ExponentialBackoff,
  fallback,
  handleAll,
  retry,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { ANSWER, call, promiseGuard, ROOM, type Library } from './guard.ts';

const makeRetry = () => retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() });
const makeBreaker = () =>
  circuitBreaker(handleAll, {
    halfOpenAfter: 30_000,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 30_000 }),
  });
const makeBulkhead = () => bulkhead(ROOM);
const makeTimeout = () => timeout(30_000, TimeoutStrategy.Aggressive);

const guard = (policy: { execute(made: typeof call): Promise<string> }) =>
  promiseGuard(() => policy.execute(call));

export const library: Library = {
  retry: () => guard(makeRetry()),
  circuitBreaker: () => guard(makeBreaker()),
  bulkhead: () => guard(makeBulkhead()),
  timeout: () => guard(makeTimeout()),
  fallback: () => guard(fallback(handleAll, ANSWER)),
  // The layers of `standard`, as far as there are any, in the same order.
  'wrap of all, with rate-limiter-flexible': () => {
    const inner = wrap(makeBulkhead(), makeBreaker(), makeTimeout());
    const limiter = new RateLimiterMemory({ points: 1e12, duration: 60 });
    const limited = async () => {
      await limiter.consume('key', 1);
      return inner.execute(call);
    };
    const outer = wrap(fallback(handleAll, ANSWER), makeRetry());
    return promiseGuard(() => outer.execute(limited));
  },
};
