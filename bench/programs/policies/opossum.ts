import CircuitBreaker from 'opossum';
import { call, promiseGuard, type Library } from './guard.ts';

const guard = (options: CircuitBreaker.Options) => {
  const breaker = new CircuitBreaker<[], string>(call, options);
  return promiseGuard(() => breaker.fire());
};

export const library: Library = {
  breaker: () => guard({ timeout: false }),
  'breaker with timeout': () => guard({ timeout: 30_000 }),
  'cache, hit': () => guard({ timeout: false, cache: true, cacheTTL: 600_000 }),
};
