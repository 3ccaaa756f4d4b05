// A client that subscribes and leaves at random points, in its own process so that its heap is
// its own. Run by test/http/abort-storm.test.ts with --expose-gc; talks to it over IPC.
import { once } from 'node:events';
import {
  cache,
  closeDefaultTransport,
  compose,
  limitConcurrency,
  openai,
  prompt,
  retryBackoff,
  type ChatEvent,
} from 'rxllm';
import { take, takeUntil, timer, type Observable } from 'rxjs';

const [baseURL = '', perRound = '0', rounds = '0'] = process.argv.slice(2);

// A small generator of its own, so that a failure can be seen again.
let seed = 1;
const random = (): number => {
  seed = (seed * 16_807) % 2_147_483_647;
  return seed / 2_147_483_647;
};

const limit = limitConcurrency({ max: 48, queue: 500 });
const ask = compose(
  openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL }),
  limit,
  retryBackoff({ attempts: 3, base: 20, budget: Infinity, random }),
  cache({ ttl: 60_000, max: 10 }),
);

/** One call, left at a random point: at once, after some events, or after some time. */
function leaveEarly(name: string): Observable<ChatEvent> {
  const call = ask(prompt(name));
  const where = random();
  if (where < 0.1) return call.pipe(takeUntil(timer(0)));
  if (where < 0.5) return call.pipe(take(1 + Math.floor(random() * 4)));
  return call.pipe(takeUntil(timer(random() * 30)));
}

/** As many calls as asked for, some at once; failures are as good as any other end. */
function round(name: string, count: number): Promise<void> {
  return new Promise((resolve) => {
    let started = 0;
    let running = 0;
    const next = (): void => {
      while (running < 120 && started < count) {
        running += 1;
        started += 1;
        leaveEarly(`${name} ${String(started)}`).subscribe({ error: end, complete: end });
      }
    };
    const end = (): void => {
      running -= 1;
      // Not from within the end of another call, or a synchronous end would nest without bound.
      if (running === 0 && started === count) resolve();
      else queueMicrotask(next);
    };
    next();
  });
}

const collect = globalThis.gc as () => void;
for (let at = 0; at <= Number(rounds); at += 1) {
  // The first round only warms up.
  await round(`round ${String(at)}`, at === 0 ? 500 : Number(perRound));
  process.send?.({ done: at });
  await once(process, 'message');
  collect();
  await new Promise(setImmediate);
  collect();
  process.send?.({ heap: process.memoryUsage().heapUsed });
  await once(process, 'message');
}
await closeDefaultTransport();
await new Promise(setImmediate);
process.send?.({ resources: process.getActiveResourcesInfo() });
process.disconnect();
