import Bottleneck from 'bottleneck';
import PQueue from 'p-queue';
import pRetry from 'p-retry';
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';
import { call, promiseGuard, ROOM, type Library } from './guard.ts';

// So many that nothing ever waits.
const PLENTY = 1e9;
const MINUTE = 60_000;

/** The small libraries that do one thing each. */
export const library: Library = {
  'p-retry': () => promiseGuard(() => pRetry(call, { retries: 2 })),
  'p-queue, concurrency': () => {
    const queue = new PQueue({ concurrency: ROOM });
    return promiseGuard(() => queue.add(call));
  },
  'p-queue, interval': () => {
    const queue = new PQueue({ interval: MINUTE, intervalCap: PLENTY });
    return promiseGuard(() => queue.add(call));
  },
  'bottleneck, maxConcurrent': () => {
    const limiter = new Bottleneck({ maxConcurrent: ROOM });
    return promiseGuard(() => limiter.schedule(call));
  },
  'bottleneck, reservoir': () => {
    const limiter = new Bottleneck({ reservoir: PLENTY });
    return promiseGuard(() => limiter.schedule(call));
  },
  'rate-limiter-flexible, memory': () => {
    const limiter = new RateLimiterMemory({ points: PLENTY, duration: 60 });
    return promiseGuard(async () => {
      await limiter.consume('key', 1);
      return call();
    });
  },
  'rate-limiter-flexible, queue': () => {
    const limiter = new RateLimiterQueue(new RateLimiterMemory({ points: PLENTY, duration: 60 }));
    return promiseGuard(async () => {
      await limiter.removeTokens(1);
      return call();
    });
  },
};
