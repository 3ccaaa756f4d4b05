import { hedge, prompt, RetryBudget, type ChatRequest, type Handler } from 'rxllm';
import { seededRandom } from '../support/watch';
import { clientOf } from './client';
import { hear, violations, type Heard } from './invariants';
import {
  Findings,
  leavingNothing,
  percentile,
  runAll,
  thousands,
  type FaultTest,
  type Setting,
} from './run';

const CALLS = 2000;
const AT_ONCE = 10;
const FAST = 10;
const SLOW = 1800;
const SLOW_SHARE = 0.02;
const DELAY = 60;
const MEMBERS = ['first', 'second', 'third'] as const;

export const s28: FaultTest = {
  id: 'S28',
  title: 'hedging',
  run: async (setting) => {
    const findings = new Findings();
    const random = seededRandom(setting.seed);
    const slow = Array.from({ length: CALLS }, () => MEMBERS.map(() => random() < SLOW_SHARE));
    const hedged: Heard[] = [];
    let asked = 0;
    let fatal = 0;
    await leavingNothing(setting, findings, async (transport) => {
      const client = clientOf(setting, transport);
      const member = (name: string, at: number): [string, Handler] => [
        name,
        (request: ChatRequest) => {
          const call = String(request.messages[0]!.content);
          const firstToken = slow[Number(call)]![at]! ? SLOW : FAST;
          return client(() => {
            asked += 1;
            return { nonce: `${call}${name}`, firstToken, log: `s28.${call}.${name}` };
          })(request);
        },
      ];
      // New connections take a while, which is not what is measured.
      const warm = client(() => ({ nonce: 'warm', firstToken: 100 }));
      await runAll(Array(2 * AT_ONCE).keys(), 2 * AT_ONCE, () => hear(warm(prompt('?'))));
      const budget = new RetryBudget({ ratio: 0.05 });
      const ask = hedge(Object.fromEntries(MEMBERS.map(member)), { delay: DELAY, budget });
      await runAll(Array(CALLS).keys(), AT_ONCE, async (call) => {
        const heard = await hear(ask(prompt(String(call))));
        hedged.push(heard);
        const nonces = MEMBERS.map((name) => `${String(call)}${name}`);
        findings.failures.push(
          ...violations(heard, nonces, 2 * SLOW).map((what) => `call ${String(call)}: ${what}`),
        );
        const [route] = heard.routes;
        const expected = Math.max(0, MEMBERS.indexOf(route?.name as 'first'));
        const lost = route?.losers?.length ?? 0;
        findings.expect(lost >= expected, `call ${String(call)}: ${String(lost)} losers told`);
      });

      // A failure that all would share stops the hedges.
      const refused: Handler = client(() => {
        fatal += 1;
        return { nonce: 'fatal', status: 400 };
      });
      const { ends } = await hear(hedge({ a: refused, b: refused }, { delay: 0 })(prompt('?')));
      findings.expect(ends[0] === 'invalid-request', `a fatal error: ${String(ends[0])}`);
    });
    const late = await lateness(setting);
    const first = slow.map(([isSlow]) => (isSlow ? SLOW : FAST));
    const unhedged = percentile(first, 0.999);
    const tail = percentile(
      hedged.map(({ elapsed }) => elapsed),
      0.999,
    );
    const extra = (asked - CALLS) / CALLS;
    findings.expect(tail <= unhedged / 10, `p99.9 is ${tail.toFixed(0)} ms`);
    findings.expect(extra <= 0.05, `${(100 * extra).toFixed(1)} % more requests`);
    findings.expect(late <= 50, `losers were left ${late.toFixed(0)} ms late (p99)`);
    findings.expect(fatal <= 2, `${String(fatal)} requests in spite of a fatal error`);
    return {
      figures: {
        calls: thousands(CALLS),
        'ms p99.9': `${tail.toFixed(0)} of ${String(unhedged)}`,
        'more requests': `${(100 * extra).toFixed(1)} %`,
        'ms to abort losers (p99)': late.toFixed(0),
      },
      failures: findings.failures,
    };
  },
};

/** How long after the winner of their call losers were still open, at the 99th percentile. */
async function lateness({ server }: Setting): Promise<number> {
  const ends = new Map(
    (await server.log('s28.')).map(([name, [entry]]) => [name, entry?.end ?? Infinity]),
  );
  const late: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const times = MEMBERS.flatMap((name) => ends.get(`s28.${String(call)}.${name}`) ?? []);
    if (times.length > 1) late.push(Math.max(...times) - Math.min(...times));
  }
  return percentile(late, 0.99);
}
