import { setTimeout as sleep } from 'node:timers/promises';
import { compose, deadlines, LlmError, prompt, type DeadlinesOptions, type Policy } from 'rxllm';
import { takeUntil, tap, timer } from 'rxjs';
import { clientOf } from './client';
import { hear } from './invariants';
import type { loris } from './loris';
import { Findings, leavingNothing, runAll, type FaultTest } from './run';

/** How late a deadline may be, in milliseconds. */
const LATE = 100;
const AT_ONCE = 200;

/** When a call is left that no deadline has ended, in milliseconds. */
const HANG = 3000;

/** A way to be slow, the deadlines of the call, and which of them has to end it, and when. */
interface Case {
  readonly loris: keyof typeof loris;
  readonly limits: DeadlinesOptions;
  readonly code: string;
  readonly after: number;
}

const cases: readonly Case[] = [
  ...(['headers, 1 byte every 100 ms'] as const).flatMap((loris): Case[] => [
    { loris, limits: { connect: 300 }, code: 'connect', after: 300 },
    { loris, limits: { firstToken: 400 }, code: 'first-token', after: 400 },
    { loris, limits: { total: 500 }, code: 'total', after: 500 },
  ]),
  ...['body, 1 byte every 50 ms', 'comments for ever', 'pings for ever'].flatMap(
    (loris): Case[] => [
      { loris, limits: { connect: 2000, firstToken: 400 }, code: 'first-token', after: 400 },
      { loris, limits: { total: 600 }, code: 'total', after: 600 },
    ],
  ),
  ...['1 token, then silence', '1 token, then half a frame'].map((loris): Case => ({
    ...{ loris, limits: { firstToken: 200, idle: 300 } },
    ...{ code: 'idle', after: 300 },
  })),
  ...['1 token, then silence', '1 token, then comments', 'tokens for ever'].map((loris): Case => ({
    ...{ loris, limits: { firstToken: 200, idle: 900, total: 700 } },
    ...{ code: 'total', after: 700 },
  })),
];

export const s10: FaultTest = {
  id: 'S10',
  title: 'slow-loris upstream',
  run: async (setting) => {
    const findings = new Findings();
    let latest = 0;
    let most = 0;
    await leavingNothing(setting, findings, async (transport) => {
      const client = clientOf(setting, transport);
      for (const { loris, limits, code, after } of cases) {
        // When each call has spoken last, before deadlines hear of it.
        const spoke = new WeakMap<object, number>();
        const listening: Policy = (next) => (request) =>
          next(request).pipe(tap(() => spoke.set(request.messages, performance.now())));
        const ask = compose(
          client(() => ({ nonce: 'slow', loris })),
          listening,
          deadlines(limits),
        );
        const what = `${loris}, ${JSON.stringify(limits)}`;
        await runAll(Array(AT_ONCE).keys(), AT_ONCE, async (n) => {
          // Not all in one turn: that many connections take the client itself some time.
          await sleep(2 * n);
          const plain = lateness(after);
          const began = performance.now();
          const question = prompt('?');
          const { error, elapsed } = await hear(ask(question).pipe(takeUntil(timer(HANG))));
          const got = LlmError.is(error) ? (error.code ?? error.kind) : 'an answer';
          // Silence is counted from the last word.
          const silent = code === 'idle' ? spoke.get(question.messages)! : began;
          const late = elapsed - after - (silent - began);
          // What a plain timer is late by is the machine's doing.
          const own = late - (await plain);
          latest = Math.max(latest, late);
          most = Math.max(most, own);
          findings.expect(got === code, `${what}: expected ${code}, got ${got}`);
          findings.expect(late >= -2 && own <= LATE, `${what}: ${late.toFixed(0)} ms late`);
        });
      }
    });
    return {
      figures: {
        calls: cases.length * AT_ONCE,
        'at once': AT_ONCE,
        'ms late at most': latest.toFixed(0),
        'ms later than a plain timer': most.toFixed(0),
      },
      failures: findings.failures,
    };
  },
};

/** How late a plain timer is, in milliseconds. */
async function lateness(delay: number): Promise<number> {
  const began = performance.now();
  await sleep(delay);
  return Math.max(0, performance.now() - began - delay);
}
