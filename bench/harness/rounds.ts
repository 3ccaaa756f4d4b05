import type { Column, Plan, Row } from './measure.ts';
import { figure } from './statistics.ts';

/** What one run of a contender found, by the ids of the columns. */
export type Sample = Readonly<Record<string, number>>;

/** The samples of a contender, one a round, and why it gave up. */
export interface Outcome {
  readonly samples: (Sample | undefined)[];
  note?: string;
}

/**
 * Runs every contender once a round, each round beginning with another one, so that what disturbs
 * the machine disturbs all alike. One that fails is left out from then on.
 */
export async function runRounds(
  { runs, log }: Plan,
  contenders: readonly string[],
  runOnce: (contender: string) => Promise<Sample>,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>(contenders.map((name) => [name, { samples: [] }]));
  for (let round = 0; round < runs; round += 1) {
    const first = round % contenders.length;
    for (const name of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      const outcome = outcomes.get(name)!;
      if (outcome.note !== undefined) continue;
      try {
        outcome.samples[round] = await runOnce(name);
      } catch (error) {
        outcome.note = `failed: ${error instanceof Error ? error.message : String(error)}`;
        log(`${name} ${outcome.note}`);
      }
    }
    log(`round ${round + 1} of ${runs}`);
  }
  return outcomes;
}

/** Sums up the rounds: figures, and ratios to the baseline within each round. */
export function toRows(
  outcomes: ReadonlyMap<string, Outcome>,
  columns: readonly Column[],
  baseline?: string,
  notes: Readonly<Record<string, string>> = {},
): Row[] {
  const base = baseline === undefined ? undefined : outcomes.get(baseline);
  return [...outcomes].map(([contender, { samples, note = notes[contender] }]) => {
    const figures: Record<string, Row['figures'][string]> = {};
    const ratios: Record<string, Row['figures'][string]> = {};
    for (const { id, ratio } of columns) {
      const values = samples.map((sample) => sample?.[id]).filter((value) => value !== undefined);
      if (values.length > 0) figures[id] = figure(values);
      if (!ratio || !base || contender === baseline) continue;
      const shares = samples.flatMap((sample, round) => {
        const [own, other] = [sample?.[id], base.samples[round]?.[id]];
        return own === undefined || other === undefined ? [] : [own / other];
      });
      if (shares.length > 0) ratios[id] = figure(shares);
    }
    const compared = Object.keys(ratios).length > 0;
    return {
      contender,
      figures,
      ...(compared && { ratios }),
      ...(note !== undefined && { note }),
    };
  });
}
