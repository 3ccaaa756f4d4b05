import type { Outcome, Sample } from './rounds.ts';

/**
 * Sets beside each value how much it is over the baseline's of the same time.
 *
 * @param columns - The column of the value to that of the difference.
 */
export function overBaseline(
  outcomes: ReadonlyMap<string, Outcome>,
  baseline: string,
  columns: Readonly<Record<string, string>>,
): ReadonlyMap<string, Outcome> {
  const base = outcomes.get(baseline)?.samples ?? [];
  const compare = (sample: Sample | undefined, time: number): Sample | undefined => {
    const limit = base[time];
    if (!sample || !limit) return sample;
    const over = { ...sample } as Record<string, number>;
    for (const [id, difference] of Object.entries(columns)) {
      over[difference] = sample[id]! - limit[id]!;
    }
    return over;
  };
  return new Map(
    [...outcomes].map(([name, outcome]) => [
      name,
      name === baseline ? outcome : { ...outcome, samples: outcome.samples.map(compare) },
    ]),
  );
}
