import { compose, LlmError, prompt, retryBackoff, type Handler, type RetryEvent } from 'rxllm';
import { filter, lastValueFrom, map, mergeMap, range, take, throwError, toArray } from 'rxjs';
import { seededRandom } from '../support/watch';
import { Findings, thousands, type FaultTest } from './run';

const CLIENTS = 10_000;
const BASE = 1000;
const SLOT = 50;

/** The limit of the Kolmogorov-Smirnov statistic at p = 0.01, times the root of the count. */
const CRITICAL = 1.628;

const trouble = new LlmError('fake: in trouble', { kind: 'server' });

export const s21: FaultTest = {
  id: 'S21',
  title: 'jitter',
  run: async ({ seed }) => {
    const findings = new Findings();
    const random = seededRandom(seed);
    const retry = retryBackoff({ base: BASE, budget: Infinity, random });
    const failing: Handler = () => throwError(() => trouble);
    const ask = compose(failing, retry);
    const delays = await lastValueFrom(
      range(0, CLIENTS).pipe(
        mergeMap(() =>
          ask(prompt('?')).pipe(
            filter((event): event is RetryEvent => event.type === 'retry'),
            take(1),
          ),
        ),
        map(({ delay }) => delay),
        toArray(),
      ),
    );
    const statistic = distance(delays) * Math.sqrt(delays.length);
    findings.expect(statistic < CRITICAL, `KS ${statistic.toFixed(3)}: the waits are not uniform`);
    const slots = Array.from({ length: BASE / SLOT }, () => 0);
    for (const delay of delays) slots[Math.min(slots.length - 1, Math.floor(delay / SLOT))]! += 1;
    const fullest = Math.max(...slots) / (delays.length / slots.length);
    findings.expect(
      fullest <= 2,
      `the fullest ${String(SLOT)} ms hold ${fullest.toFixed(2)}x mean`,
    );
    return {
      figures: {
        clients: thousands(delays.length),
        KS: `${statistic.toFixed(2)} of ${String(CRITICAL)}`,
        'x mean in the fullest slot': fullest.toFixed(2),
      },
      failures: findings.failures,
    };
  },
};

/** How far the values are from being spread evenly over 0 to `BASE`. */
function distance(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.reduce((most, value, at) => {
    const expected = value / BASE;
    const below = at / sorted.length;
    const above = (at + 1) / sorted.length;
    return Math.max(most, Math.abs(expected - below), Math.abs(above - expected));
  }, 0);
}
