import { isDeepStrictEqual } from 'node:util';
import { faults, placeOf } from './faults';
import { violations } from './invariants';
import { bothStruck, predictions } from './model';
import { deadlineOf, logOf, perform, type Performance, type Run } from './perform';
import { ATTEMPTS, policies } from './policies';
import { isBeforeOutput, positions } from './positions';
import {
  Findings,
  leavingNothing,
  runAll,
  thousands,
  type FaultTest,
  type Report,
  type Setting,
} from './run';

const SEEDS = 15;
const AT_ONCE = 64;

export const s9: FaultTest = {
  id: 'S9',
  title: 'chaos matrix',
  run: (setting) => {
    const runs = matrix(setting.seed).filter(({ name }) => name.includes(setting.cell ?? ''));
    return runMatrix(setting, runs);
  },
};

/** All runs: each fault at each position under each policy, with so many seeds. */
export function matrix(seed: number): readonly Run[] {
  const cells = faults.flatMap((fault) =>
    positions.flatMap((at) => policies.map((policy) => ({ fault, at, policy }))),
  );
  return cells.flatMap((cell, at) =>
    Array.from({ length: SEEDS }, (_, n) => ({
      ...cell,
      name: `${cell.fault.name}/${cell.at}/${cell.policy}#${String(n)}`,
      index: at * SEEDS + n,
      strikes: 1 + (n % ATTEMPTS),
      seed: seed * 1000 + n,
    })),
  );
}

/** Makes runs, and judges them by the model and the invariants. */
export async function runMatrix(setting: Setting, runs: readonly Run[]): Promise<Report> {
  const findings = new Findings();
  let done: readonly Performance[] = [];
  await leavingNothing(setting, findings, async (transport) => {
    done = await runAll(runs, AT_ONCE, (run) => perform(run, setting, transport));
  });
  const seen = new Map(await setting.server.log('s9.'));
  for (const performance of done) {
    const { run, heard, made } = performance;
    const again = `--seed ${String(setting.seed)} --only S9 --cell ${run.name.replace(/#.*/, '')}`;
    const wrong = [
      ...heard.flatMap((call) => violations(call, made, deadlineOf(setting))),
      ...surprises(performance),
      ...miscounts(performance, seen.get(logOf(run))?.length ?? 0),
    ];
    findings.failures.push(...wrong.map((what) => `${run.name}: ${what}; again: ${again}`));
  }
  const rescuable = done.filter(({ run }) => isRescuable(run));
  const rescued = rescuable.filter(({ heard }) => heard[0]?.ends[0] === 'ok');
  const attempts = done.reduce((sum, { made }) => sum + made.length, 0);
  return {
    figures: {
      runs: thousands(done.length),
      attempts: thousands(attempts),
      rescued: `${thousands(rescued.length)} of ${thousands(rescuable.length)} by failover`,
    },
    failures: findings.failures,
  };
}

/** What the model did not foresee. */
function surprises({ run, heard, made }: Performance): readonly string[] {
  const ends = heard.map((call) => call.ends[0]);
  const winner = heard[0]?.routes.at(-1)?.name;
  const predicted = predictions(run, winner);
  const fits = predicted.some(
    (one) => isDeepStrictEqual(one.ends, ends) && one.calls === made.length,
  );
  if (fits) return [];
  const expected = predicted.map((one) => `${one.ends.join(', ')} in ${String(one.calls)} calls`);
  return [
    `expected ${expected.join(' or ')}, got ${ends.join(', ')} in ${String(made.length)} calls`,
  ];
}

/** Requests that the server saw too often, or never saw. */
function miscounts({ run, made }: Performance, seen: number): readonly string[] {
  // What is struck while it connects never comes in, and a loser may be aborted before it does.
  const all =
    !['race', 'hedge'].includes(run.policy) &&
    placeOf(run.fault, run.at) !== 'connect' &&
    run.fault.name !== 'down';
  if (all ? seen === made.length : seen <= made.length) return [];
  return [`the server saw ${String(seen)} requests of ${String(made.length)} attempts`];
}

/** Whether failover has a healthy member for a fault that struck before any output. */
function isRescuable(run: Run): boolean {
  return (
    run.policy === 'failover' && !bothStruck(run) && isBeforeOutput(placeOf(run.fault, run.at))
  );
}
