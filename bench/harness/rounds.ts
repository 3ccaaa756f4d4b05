import type { Meter } from './child.ts';
import type { Column, Plan, Row } from './measure.ts';
import { figure, quantile } from './statistics.ts';

/** What one run of a contender found, by the ids of the columns. */
export type Sample = Readonly<Record<string, number>>;

/** The samples of a contender, one a round, and why it gave up. */
export interface Outcome {
  readonly samples: (Sample | undefined)[];
  note?: string;
}

type Outcomes = ReadonlyMap<string, Outcome>;

/**
 * Runs every contender once a round, each round beginning with another one, so that what disturbs
 * the machine disturbs all alike. One that fails is left out from then on.
 */
export async function runRounds(
  { runs, log }: Plan,
  contenders: readonly string[],
  runOnce: (contender: string) => Promise<Sample>,
): Promise<Outcomes> {
  const outcomes = outcomesOf(contenders);
  for (let round = 0; round < runs; round += 1) {
    await goAround(outcomes, round, log, async (name, { samples }) => {
      samples[round] = await runOnce(name);
    });
    log(`round ${round + 1} of ${runs}`);
  }
  return outcomes;
}

/** How often each contender measures in a round in which they do so by turns. */
export const TURNS = 7;

/**
 * Does the same with contenders that all start and get warm at the beginning of a round and then
 * measure by turns, since what slows a machine down seldom lasts as long as a round does.
 */
export async function runByTurns(
  { runs, log }: Plan,
  contenders: readonly string[],
  start: (contender: string) => Promise<Meter<Sample>>,
): Promise<Outcomes> {
  const outcomes = outcomesOf(contenders);
  for (let round = 0; round < runs; round += 1) {
    const meters = new Map<string, Meter<Sample>>();
    try {
      await goAround(outcomes, round, log, async (name) => {
        meters.set(name, await start(name));
      });
      for (let turn = 0; turn < TURNS; turn += 1) {
        await goAround(outcomes, turn, log, async (name, { samples }) => {
          samples[round * TURNS + turn] = await meters.get(name)!.sample();
        });
      }
    } finally {
      for (const meter of meters.values()) meter.end();
    }
    log(`round ${round + 1} of ${runs}`);
  }
  return outcomes;
}

function outcomesOf(contenders: readonly string[]): Outcomes {
  return new Map(contenders.map((name) => [name, { samples: [] }]));
}

/** Lets every contender do its part, a later one first each time. */
async function goAround(
  outcomes: Outcomes,
  time: number,
  log: Plan['log'],
  part: (name: string, outcome: Outcome) => Promise<void>,
): Promise<void> {
  const all = [...outcomes];
  const first = time % all.length;
  for (const [name, outcome] of [...all.slice(first), ...all.slice(0, first)]) {
    if (outcome.note !== undefined) continue;
    try {
      await part(name, outcome);
    } catch (error) {
      outcome.note = `failed: ${error instanceof Error ? error.message : String(error)}`;
      log(`${name} ${outcome.note}`);
    }
  }
}

/** How the samples of all rounds are to be summed up. */
export interface Summary {
  readonly columns: readonly Column[];
  /** The contender that ratios are taken to, sample by sample. */
  readonly baseline?: string | undefined;
  readonly notes?: Readonly<Record<string, string>>;
  /** How many samples are those of one round, which counts with their median. @defaultValue `1` */
  readonly turns?: number;
}

/** Sums up the rounds: figures, and ratios to the baseline. */
export function toRows(outcomes: Outcomes, summary: Summary): Row[] {
  const { columns, baseline, notes = {}, turns = 1 } = summary;
  const base = baseline === undefined ? undefined : outcomes.get(baseline);
  return [...outcomes].map(([contender, { samples, note: failure }]) => {
    const note = failure ?? notes[contender];
    const figures: Record<string, Row['figures'][string]> = {};
    const ratios: Record<string, Row['figures'][string]> = {};
    for (const { id, ratio } of columns) {
      const values = roundsOf(
        samples.map((sample) => sample?.[id]),
        turns,
      );
      if (values.length > 0) figures[id] = figure(values);
      if (!ratio || !base || contender === baseline) continue;
      const quotients = samples.map((sample, at) => {
        const [own, other] = [sample?.[id], base.samples[at]?.[id]];
        return own === undefined || other === undefined ? undefined : own / other;
      });
      const shares = roundsOf(quotients, turns);
      if (shares.length > 0) ratios[id] = figure(shares);
    }
    const compared = Object.keys(ratios).length > 0;
    return {
      contender,
      figures,
      ...(compared && { ratios }),
      ...(note !== undefined && { note }),
      ...(failure !== undefined && { failed: true }),
    };
  });
}

/** The median of each round that has values. */
function roundsOf(values: readonly (number | undefined)[], turns: number): number[] {
  const rounds: number[] = [];
  for (let start = 0; start < values.length; start += turns) {
    const known = values.slice(start, start + turns).filter((value) => value !== undefined);
    if (known.length > 0) rounds.push(quantile(known, 0.5));
  }
  return rounds;
}
