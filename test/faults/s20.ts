import {
  compose,
  hedge,
  prompt,
  retryBackoff,
  RetryThrottle,
  type Handler,
  type RetryAllowance,
} from 'rxllm';
import { throttleCases, type ThrottleCase, type ThrottleOutcome } from '../policy/retry-vectors';
import { clientOf } from './client';
import { hear } from './invariants';
import type { Plan } from './plan';
import { Findings, leavingNothing, runAll, type FaultTest } from './run';

/** What takes the place of the table's delay: over sockets, an answer takes some time. */
const DELAY = 400;
const LATE = 200;

type Wrap = (handler: Handler, budget: RetryAllowance) => Handler;

const ways: Readonly<Record<'retry' | 'hedge', Wrap>> = {
  retry: (handler, budget) =>
    compose(handler, retryBackoff({ base: DELAY, random: () => 1, budget })),
  hedge: (handler, budget) => hedge({ a: handler, b: handler }, { delay: DELAY, budget }),
};

export const s20: FaultTest = {
  id: 'S20',
  title: 'gRPC A6 vectors',
  run: async (setting) => {
    const findings = new Findings();
    const runs = throttleCases.flatMap((given) =>
      (['retry', 'hedge'] as const).map((way) => ({ given, way })),
    );
    await leavingNothing(setting, findings, async (transport) => {
      const client = clientOf(setting, transport);
      await runAll(runs, runs.length, async ({ given, way }) => {
        const throttle = new RetryThrottle({ maxTokens: 10 });
        throttle.charge();
        throttle.charge();
        const times: number[] = [];
        const handler = client(() => {
          times.push(performance.now());
          return { nonce: 'x', ...(times.length === 1 ? planOf(given) : {}) };
        });
        await hear(ways[way](handler, throttle)(prompt('?')));
        const expected = given[way];
        const [first = 0, second] = times;
        const delay = second === undefined ? undefined : second - first;
        const what = `${way} of ${given.name}`;
        const got = `asked ${String(times.length)} times, ${String(throttle.tokens)} tokens left`;
        const fits = times.length === expected.asked && throttle.tokens === expected.tokens;
        findings.expect(fits, `${what}: ${got}`);
        findings.expect(
          isInTime(expected, delay),
          `${what}: asked again after ${String(delay)} ms`,
        );
      });
    });
    return { figures: { cases: runs.length }, failures: findings.failures };
  },
};

function planOf({ failure }: ThrottleCase): Partial<Plan> {
  if (failure === undefined) return {};
  const { kind, retryable, retryAfter } = failure;
  return {
    status: kind === 'invalid-request' ? 400 : 500,
    headers: {
      ...(retryable === undefined ? {} : { 'x-should-retry': String(retryable) }),
      ...(retryAfter === undefined ? {} : { 'retry-after-ms': String(retryAfter) }),
    },
  };
}

function isInTime({ delay: least }: ThrottleOutcome, delay: number | undefined): boolean {
  if (least === undefined || delay === undefined) return least === delay;
  // The table's waits are all shorter than the backoff here.
  const wait = least === 0 ? 0 : DELAY;
  return delay >= wait - 1 && delay <= wait + LATE;
}
