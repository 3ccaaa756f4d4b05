import {
  cache,
  circuitBreaker,
  classify,
  compose,
  limitRate,
  LlmError,
  prompt,
  retryBackoff,
  type Handler,
} from 'rxllm';
import { answerEvents } from 'rxllm/testing';
import { asyncScheduler, from, throwError, type SchedulerLike } from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hear } from './invariants';
import { Findings, runAll, type FaultTest } from './run';

const HOUR = 3_600_000;
const JUMPS = [HOUR, -HOUR, 24 * HOUR, -24 * HOUR, 500, -500];
const WAIT = 400;

/** How far from its time a thing may happen, in milliseconds. */
const OFF = 100;

const trouble = new LlmError('fake: in trouble', { kind: 'server' });

/** A clock that nobody sets, as those should pass whose wall clock may be set. */
const monotonic: SchedulerLike = {
  now: () => performance.now(),
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
};

/** What depends on time: each tells when it went on, in milliseconds after its start. */
const policies: Readonly<Record<string, (scheduler: SchedulerLike) => Promise<number>>> = {
  'the backoff': async (scheduler) => {
    const { handler } = failing(1);
    const retry = retryBackoff({ base: WAIT, random: () => 1, scheduler });
    const { elapsed } = await hear(compose(handler, retry)(prompt('?')));
    return elapsed;
  },
  'the rate limit': async (scheduler) => {
    // It waits 3 % longer than the window.
    const limit = limitRate({ requests: 1, per: WAIT / 1.03, scheduler });
    const ask = compose(failing(0).handler, limit);
    const [, second] = await Promise.all([hear(ask(prompt('?'))), hear(ask(prompt('?')))]);
    return second.elapsed;
  },
  'the life of a kept answer': async (scheduler) => {
    const ask = compose(failing(0).handler, cache({ ttl: WAIT, scheduler }));
    await hear(ask(prompt('?')));
    return until(async () => !(await hear(ask(prompt('?')))).cached);
  },
  'the open breaker': async (scheduler) => {
    const breaker = circuitBreaker({ window: { calls: 1 }, openFor: WAIT, scheduler });
    const ask = compose(failing(1).handler, breaker);
    await hear(ask(prompt('?')));
    return until(async () => (await hear(ask(prompt('?')))).ends[0] === 'ok');
  },
};

export const s26: FaultTest = {
  id: 'S26',
  title: 'clock jumps',
  run: async () => {
    const findings = new Findings();
    let off = 0;
    const see = (what: string, time: number): void => {
      off = Math.max(off, Math.abs(time - WAIT));
      findings.expect(Math.abs(time - WAIT) <= OFF, `${what}: after ${time.toFixed(0)} ms`);
    };
    for (const jump of JUMPS) {
      const run = runAll(Object.keys(policies), Infinity, async (name) => {
        see(`${name}, ${String(jump)} ms`, await policies[name]!(monotonic));
      });
      // The backoff is kept by a timer alone, so it needs no better clock.
      const usual = policies['the backoff']!(asyncScheduler);
      await sleep(WAIT / 2);
      const reset = putWallClock(jump);
      await run;
      see(`the backoff by the usual clock, ${String(jump)} ms`, await usual);
      reset();
    }
    for (const skew of JUMPS) {
      const wait = anthropicReset(skew) ?? NaN;
      findings.expect(
        wait === 2000,
        `a reset read with a clock off by ${String(skew)} ms: ${String(wait)}`,
      );
    }
    return {
      figures: {
        jumps: JUMPS.length,
        'kinds of waits': Object.keys(policies).length,
        'ms off at most': off.toFixed(0),
      },
      failures: findings.failures,
    };
  },
};

/** A server in the process that fails so often before it answers. */
function failing(times: number): { readonly handler: Handler } {
  let left = times;
  return { handler: () => (left-- > 0 ? throwError(() => trouble) : from(answerEvents('ok'))) };
}

/** How long it takes until a condition holds, which is tried every few milliseconds. */
async function until(condition: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await condition()) && performance.now() - began < 4 * WAIT) await sleep(5);
  return performance.now() - began;
}

/** Puts the wall clock of this process forward or back; returns the way to put it right. */
function putWallClock(jump: number): () => void {
  const { now } = Date;
  Date.now = () => now() + jump;
  return () => {
    Date.now = now;
  };
}

/** The wait that Anthropic's reset time means, where the local clock is wrong. */
function anthropicReset(skew: number): number | undefined {
  const server = Date.parse('2026-03-01T12:00:00Z');
  const headers = {
    date: new Date(server).toUTCString(),
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': new Date(server + 2000).toISOString(),
  };
  return classify({ status: 429, headers, body: {}, receivedAt: server + skew }).retryAfter;
}
