import { catalog, quickly, type Wire } from '../contenders/catalog.ts';
import { runChild, startMeter, type Task } from '../harness/child.ts';
import type { Column, Plan, Row } from '../harness/measure.ts';
import {
  runByTurns,
  runRounds,
  toRows,
  TURNS,
  type Outcome,
  type Sample,
} from '../harness/rounds.ts';

export const wireTitles: Readonly<Record<Wire, string>> = {
  chat: 'chat completions',
  responses: 'OpenAI’s responses',
  anthropic: 'Anthropic’s messages',
};

export const baseline = 'limit';

/** What each run of a contender is given. */
export interface Trial {
  readonly wire: Wire;
  readonly columns: readonly Column[];
  readonly program: URL;
  /** After the contender and the wire. */
  readonly args: readonly string[];
  readonly nodeOptions?: readonly string[];
  /** Whether the program measures when it is asked, by turns with those of the others. */
  readonly byTurns?: boolean;
  /** Looks at what all rounds found, to add what can be known only from more than one. */
  readonly refine?: (outcomes: ReadonlyMap<string, Outcome>) => ReadonlyMap<string, Outcome>;
}

/** Lets every contender on a wire run the program, and returns a row for each. */
export async function runOnWire(plan: Plan, trial: Trial): Promise<readonly Row[]> {
  const { wire, columns, program, args, nodeOptions = [], byTurns = false } = trial;
  const { refine = (outcomes: ReadonlyMap<string, Outcome>) => outcomes } = trial;
  const contenders = catalog[wire].filter(
    (name) => (plan.only?.includes(name) ?? true) && (!plan.quick || quickly.includes(name)),
  );
  plan.log(wireTitles[wire]);
  const taskOf = (contender: string): Task => ({
    program,
    args: [contender, wire, ...args],
    nodeOptions,
  });
  const outcomes = byTurns
    ? await runByTurns(plan, contenders, (contender) => startMeter<Sample>(taskOf(contender)))
    : await runRounds(plan, contenders, (contender) => runChild<Sample>(taskOf(contender)));
  return toRows(refine(outcomes), { columns, baseline, ...(byTurns && { turns: TURNS }) });
}
