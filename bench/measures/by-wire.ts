import { catalog, quickly, type Wire } from '../contenders/catalog.ts';
import { runChild } from '../harness/child.ts';
import type { Column, Plan, Row } from '../harness/measure.ts';
import { runRounds, toRows, type Outcome, type Sample } from '../harness/rounds.ts';

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
  /** Looks at what all rounds found, to add what can be known only from more than one. */
  readonly refine?: (outcomes: ReadonlyMap<string, Outcome>) => ReadonlyMap<string, Outcome>;
}

/** Lets every contender on a wire run the program, and returns a row for each. */
export async function runOnWire(plan: Plan, trial: Trial): Promise<readonly Row[]> {
  const { wire, columns, program, args, nodeOptions = [] } = trial;
  const { refine = (outcomes: ReadonlyMap<string, Outcome>) => outcomes } = trial;
  const contenders = catalog[wire].filter(
    (name) => (plan.only?.includes(name) ?? true) && (!plan.quick || quickly.includes(name)),
  );
  plan.log(wireTitles[wire]);
  const outcomes = await runRounds(plan, contenders, (contender) =>
    runChild<Sample>({ program, args: [contender, wire, ...args], nodeOptions }),
  );
  return toRows(refine(outcomes), columns, baseline);
}
