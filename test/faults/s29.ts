import { classify, failover, LlmError, prompt, raceFirstToken, type Handler } from 'rxllm';
import { timeout } from 'rxjs';
import { clientOf } from './client';
import type { Ending } from './faults';
import { hear, violations, type Heard } from './invariants';
import type { Plan } from './plan';
import { Findings, leavingNothing, runAll, thousands, type FaultTest } from './run';

const AT_ONCE = 36;
const IDLE = 800;

/** How long after the winner's end a loser may be open, in milliseconds. */
const ABORTED = 250;

/** What a target may do: its plan, how it ends, and when its first token comes, if one does. */
interface Behaviour {
  readonly plan: Omit<Plan, 'nonce'>;
  readonly end: Ending;
  readonly speaks: 'at once' | 'late' | 'never';
}

const behaviours: Readonly<Record<string, Behaviour>> = {
  ok: { plan: {}, end: 'ok', speaks: 'at once' },
  slow: { plan: { firstToken: 300 }, end: 'ok', speaks: 'late' },
  'error first': { plan: { status: 500 }, end: 'server', speaks: 'never' },
  'error after token': {
    plan: { fault: 'fin', at: 'mid-text' },
    ...{ end: 'network', speaks: 'at once' },
  },
  hang: {
    plan: { fault: 'stall', at: 'before-first-token' },
    ...{ end: 'timed-out', speaks: 'never' },
  },
  truncated: {
    plan: { fault: 'clean-end', at: 'mid-text' },
    ...{ end: 'truncated', speaks: 'at once' },
  },
};

const names = Object.keys(behaviours);
const targets = ['a', 'b', 'c'] as const;

/** What each of the three targets does. */
type Combination = readonly [string, string, string];

const combinations = names.flatMap((a) =>
  names.flatMap((b) => names.map((c): Combination => [a, b, c])),
);

/** A way to ask three targets, and what has to come of it. */
interface Way {
  readonly name: string;
  readonly build: (members: Readonly<Record<string, Handler>>) => Handler;
  readonly judge: (does: readonly Behaviour[], heard: Heard, asked: readonly string[]) => string[];
}

const ways: readonly Way[] = [
  { name: 'race', build: (members) => raceFirstToken(members), judge: judgeRace },
  {
    name: 'failover',
    build: (members) => failover(members),
    judge: (does, ...told) => judgeChain(does, ({ end }) => end === 'ok', ...told),
  },
  {
    name: 'failover, no retract',
    build: (members) => failover(members, { afterOutput: 'error' }),
    judge: (does, ...told) => judgeChain(does, ({ speaks }) => speaks !== 'never', ...told),
  },
];

export const s29: FaultTest = {
  id: 'S29',
  title: 'race and failover',
  run: async (setting) => {
    const findings = new Findings();
    const runs = ways.flatMap((way) => combinations.map((combination) => ({ way, combination })));
    const winners = new Map<string, string>();
    await leavingNothing(setting, findings, async (transport) => {
      const client = clientOf(setting, transport);
      await runAll(runs, AT_ONCE, async ({ way, combination }) => {
        const run = `${way.name} of ${combination.join(', ')}`;
        const does = combination.map((name) => behaviours[name]!);
        const asked: string[] = [];
        const members = targets.map((target, index): [string, Handler] => {
          const ask = client(() => {
            asked.push(target);
            return { ...does[index]!.plan, nonce: target, log: `s29.${run}: ${target}` };
          });
          return [target, (request) => ask(request).pipe(timeout({ each: IDLE }))];
        });
        const heard = await hear(way.build(Object.fromEntries(members))(prompt('?')));
        const [winner] = heard.routes;
        if (way.name === 'race' && winner) winners.set(run, winner.name);
        const wrong = [
          ...violations(heard, targets, targets.length * IDLE),
          ...way.judge(does, heard, asked),
        ];
        findings.failures.push(...wrong.map((what) => `${run}: ${what}`));
      });
    });
    const ends = new Map(
      (await setting.server.log('s29.')).map(([name, [entry]]) => [name, entry?.end ?? Infinity]),
    );
    for (const [run, winner] of winners) {
      for (const target of targets) {
        const late = (ends.get(`s29.${run}: ${target}`) ?? 0) - ends.get(`s29.${run}: ${winner}`)!;
        if (late > ABORTED)
          findings.failures.push(`${run}: ${target} was left ${String(late)} ms late`);
      }
    }
    return {
      figures: { combinations: combinations.length, runs: thousands(runs.length) },
      failures: findings.failures,
    };
  },
};

/** The first to speak wins, and its end is the call's. */
function judgeRace(does: readonly Behaviour[], heard: Heard, asked: readonly string[]): string[] {
  const found = asked.length === targets.length ? [] : [`it asked ${asked.join(', ')}`];
  const first = (['at once', 'late'] as const).find((when) =>
    does.some(({ speaks }) => speaks === when),
  );
  if (first === undefined) return [...found, ...judgeErrors(does, heard)];
  const winner = heard.routes[0]?.name ?? 'nobody';
  const won = does[targets.findIndex((target) => target === winner)];
  if (heard.routes.length !== 1) found.push(`${String(heard.routes.length)} winners`);
  if (won?.speaks !== first) found.push(`${winner} won`);
  if (won?.end !== heard.ends[0]) found.push(`${winner} won, but ${String(heard.ends[0])}`);
  if (heard.texts.length !== 1) found.push('text was taken back');
  if (!heard.texts[0]?.startsWith(winner)) found.push(`the text is not of ${winner}`);
  return found;
}

/** One is asked after the other, up to the first that settles it. */
function judgeChain(
  does: readonly Behaviour[],
  settles: (one: Behaviour) => boolean,
  heard: Heard,
  asked: readonly string[],
): string[] {
  const at = does.findIndex(settles);
  const expected = at === -1 ? targets : targets.slice(0, at + 1);
  const found = expected.join() === asked.join() ? [] : [`it asked ${asked.join(', ')}`];
  const retracted = does.slice(0, expected.length - 1).filter(({ speaks }) => speaks !== 'never');
  if (heard.texts.length !== retracted.length + 1) {
    found.push(`text was taken back ${String(heard.texts.length - 1)} times`);
  }
  if (at === -1) return [...found, ...judgeErrors(does, heard)];
  const { end } = does[at]!;
  return end === heard.ends[0]
    ? found
    : [...found, `expected ${end}, got ${String(heard.ends[0])}`];
}

/** All have failed, and the error tells of each. */
function judgeErrors(does: readonly Behaviour[], { error, ends }: Heard): string[] {
  if (ends[0] !== 'exhausted') return [`expected exhausted, got ${String(ends[0])}`];
  const kinds = (LlmError.is(error) ? (error.errors ?? []) : []).map(
    (cause) => classify({ cause }).kind,
  );
  const expected = does.map(({ end }) => end);
  return kinds.join() === expected.join() ? [] : [`its errors are ${kinds.join(', ')}`];
}
