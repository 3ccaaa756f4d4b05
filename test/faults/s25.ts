import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { compose, limitRate, prompt, type Handler, type LimitRateOptions } from 'rxllm';
import type { Subscription } from 'rxjs';
import { seededRandom } from '../support/watch';
import { clientOf } from './client';
import { hear } from './invariants';
import { Findings, leavingNothing, runAll, thousands, type FaultTest } from './run';

const CALLERS = 2000;
const PER = 4000;
const REQUESTS = 80;
const TOKENS = 480;
const TIME = 20_000;
const MOST_WORDS = 8;

/** The kinds of limits: all at once, a few at once, evenly spaced, and by tokens. */
const kinds: Readonly<Record<string, LimitRateOptions>> = {
  window: { requests: REQUESTS },
  bursts: { requests: REQUESTS, burst: REQUESTS / 4 },
  // With a burst of 1, what each timer is late by would be lost.
  spaced: { requests: REQUESTS, burst: 2 },
  tokens: { requests: REQUESTS, tokens: TOKENS, estimate: () => MOST_WORDS + 1 },
};

/** A caller: its place in the line, and how many words its answer has. */
interface Caller {
  readonly index: number;
  readonly priority: number;
  readonly words: number;
  /** Whether it leaves soon after it has come. */
  readonly leaves: boolean;
}

export const s25: FaultTest = {
  id: 'S25',
  title: 'rate limit',
  run: async (setting) => {
    const findings = new Findings();
    const random = seededRandom(setting.seed);
    const names = Object.keys(kinds);
    const callers = Array.from({ length: CALLERS / names.length }, (_, index): Caller => ({
      index,
      priority: Math.floor(random() * 3),
      words: 1 + Math.floor(random() * MOST_WORDS),
      leaves: random() < 0.1,
    }));
    const used: string[] = [];
    await leavingNothing(setting, findings, async (transport) => {
      const client = clientOf(setting, transport);
      // New connections take a while, which is not what is measured.
      const warm = client(() => ({ nonce: 'warm', firstToken: 200 }));
      await runAll(Array(REQUESTS).keys(), REQUESTS, () => hear(warm(prompt('?'))));
      const runs = names.map(async (name, at) => {
        // Not all in the same turn, which would make each other late.
        await sleep((at * PER) / names.length);
        const limit = limitRate({ ...kinds[name], per: PER, queue: CALLERS });
        const sent: Caller[] = [];
        const ask = (caller: Caller): Handler =>
          compose(
            client(() => {
              sent.push(caller);
              return { nonce: String(caller.index), words: caller.words, log: `s25.${name}` };
            }),
            limit,
          );
        const calls: [Caller, Subscription][] = [];
        for (const caller of callers) {
          // A turn in between, or what has been sent would wait for all others to come.
          if (caller.index % 20 === 0) await nextTurn();
          const request = { ...prompt('?'), context: { priority: caller.priority } };
          const call = ask(caller)(request).subscribe({
            error: (error: unknown) => findings.failures.push(`${name}: ${String(error)}`),
          });
          calls.push([caller, call]);
        }
        // The first of them have gone at once, before their rank was looked at.
        const atOnce = sent.length;
        await sleep(PER / 8);
        for (const [caller, call] of calls) if (caller.leaves) call.unsubscribe();
        const stayed = sent.length;
        await sleep(TIME - PER / 8);
        for (const [, call] of calls) call.unsubscribe();
        findings.failures.push(...disorder(name, sent.slice(atOnce)));
        const left = sent.slice(stayed).filter(({ leaves }) => leaves).length;
        findings.expect(left === 0, `${name}: ${String(left)} were sent after they had left`);
        used.push(await audit(name));
      });
      await Promise.all(runs);
    });
    return {
      figures: { callers: thousands(CALLERS), used: used.join(', ') },
      failures: findings.failures,
    };

    /** Looks at every window in which the server got a request, and at what was used. */
    async function audit(name: string): Promise<string> {
      const [[, entries] = ['', []]] = await setting.server.log(`s25.${name}`);
      const times = entries.map(({ at }) => at);
      const tokens = entries.map(({ nonce }) => 1 + callers[Number(nonce)]!.words);
      const most = busiest(times, Array<number>(times.length).fill(1));
      findings.expect(most <= REQUESTS, `${name}: ${String(most)} requests in a window`);
      if (kinds[name]!.tokens === undefined) {
        const share = times.length / ((REQUESTS * TIME) / PER);
        findings.expect(share >= 0.95, `${name}: used ${share.toFixed(3)} of the limit`);
        return `${(100 * share).toFixed(0)} % of ${name}`;
      }
      const mostTokens = busiest(times, tokens);
      findings.expect(mostTokens <= TOKENS, `${name}: ${String(mostTokens)} tokens in a window`);
      const share = tokens.reduce((sum, count) => sum + count, 0) / ((TOKENS * TIME) / PER);
      return `${(100 * share).toFixed(0)} % of ${name}`;
    }
  },
};

/** The most that came in any window. */
function busiest(times: readonly number[], weights: readonly number[]): number {
  let most = 0;
  let sum = 0;
  let from = 0;
  for (const [at, time] of times.entries()) {
    sum += weights[at]!;
    while (times[from]! <= time - PER) {
      sum -= weights[from]!;
      from += 1;
    }
    most = Math.max(most, sum);
  }
  return most;
}

/** Calls that were sent before others who had come earlier, or had a higher rank. */
function disorder(name: string, sent: readonly Caller[]): readonly string[] {
  const wrong = sent.filter((caller, at) => {
    const before = sent[at - 1];
    if (before === undefined || before.priority > caller.priority) return false;
    return before.priority < caller.priority || before.index > caller.index;
  });
  return wrong.map(
    ({ index, priority }) =>
      `${name}: caller ${String(index)} of rank ${String(priority)} came too late`,
  );
}
