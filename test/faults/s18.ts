import {
  askEach,
  compose,
  failover,
  LlmError,
  prompt,
  retryBackoff,
  type Handler,
  type Outcome,
} from 'rxllm';
import { answerEvents } from 'rxllm/testing';
import { from, lastValueFrom, map, queueScheduler, range, throwError, toArray } from 'rxjs';
import { seededRandom } from '../support/watch';
import { Findings, thousands, type FaultTest } from './run';

const CALLS = 20_000;
const rates = [0.01, 0.05, 0.1, 0.2, 0.5, 0.9, 1];

/** The name of a budget, its share, and how many attempts a call may come to. */
const budgets = [
  { name: 'strict', ratio: 0.1, most: 1.1 },
  { name: 'default', ratio: undefined, most: 1.2 },
];

const trouble = new LlmError('fake: in trouble', { kind: 'server' });

/** A server in the process that fails at a rate, and counts who comes. */
class Target {
  attempts = 0;
  calls = 0;
  rate = 0;

  constructor(private readonly random: () => number) {}

  readonly handler: Handler = () => {
    this.attempts += 1;
    return this.random() < this.rate ? throwError(() => trouble) : from(answerEvents('ok'));
  };

  /** Retries before this target, without waits: the budget is what is looked at. */
  retried(ratio: number | undefined): Handler {
    const ask = compose(
      this.handler,
      retryBackoff({ base: 0, scheduler: queueScheduler, budget: ratio }),
    );
    return (request) => {
      this.calls += 1;
      return ask(request);
    };
  }
}

export const s18: FaultTest = {
  id: 'S18',
  title: 'retry amplification',
  run: async ({ seed }) => {
    const findings = new Findings();
    const random = seededRandom(seed);
    const worst: Record<string, number> = {};
    const see = (name: string, targets: readonly Target[], most: number): void => {
      const sum = (of: 'attempts' | 'calls'): number =>
        targets.reduce((total, target) => total + target[of], 0);
      const amplification = sum('attempts') / sum('calls');
      worst[name] = Math.max(worst[name] ?? 0, amplification);
      const rate = targets[0]?.rate ?? 0;
      const said = `${name}, p = ${String(rate)}: ${amplification.toFixed(4)} attempts a call`;
      findings.expect(amplification <= most, said);
    };
    for (const { name, ratio, most } of budgets) {
      for (const rate of rates) {
        const alone = new Target(random);
        alone.rate = rate;
        const share = successes(await askMany(alone.retried(ratio), CALLS));
        see(name, [alone], most);
        if (rate === 0.05) findings.expect(share >= 0.999, `${name}: success ${share.toFixed(5)}`);

        // Retries within failover within a batch, with retries around them all.
        const [first, second] = [new Target(random), new Target(random)];
        first.rate = second.rate = rate;
        const members = { first: first.retried(ratio), second: second.retried(ratio) };
        const outer = retryBackoff({ base: 0, scheduler: queueScheduler, budget: ratio });
        await askMany(compose(failover(members), outer), CALLS);
        findings.expect(first.calls === CALLS, `${name}: nested, ${String(first.calls)} calls`);
        see(`${name}, nested`, [first, second], most);
      }
      const share = await recovery(new Target(random), ratio);
      findings.expect(share >= 0.999, `${name}: success ${share.toFixed(5)} after an outage`);
    }
    const figures = Object.entries(worst).map(([name, most]) => `${most.toFixed(3)} ${name}`);
    return {
      figures: { calls: thousands(CALLS * rates.length * 4), 'at most': figures.join(', ') },
      failures: findings.failures,
    };
  },
};

/** The share of successes from 200 calls after an outage on, with one failure in twenty. */
async function recovery(target: Target, ratio: number | undefined): Promise<number> {
  const ask = target.retried(ratio);
  target.rate = 1;
  await askMany(ask, 2000);
  target.rate = 0.05;
  await askMany(ask, 200);
  return successes(await askMany(ask, CALLS));
}

function askMany(ask: Handler, count: number): Promise<readonly Outcome[]> {
  const requests = range(0, count).pipe(map((n) => prompt(String(n))));
  return lastValueFrom(requests.pipe(askEach(ask, { concurrency: 8 }), toArray()));
}

function successes(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ ok }) => ok).length / outcomes.length;
}
