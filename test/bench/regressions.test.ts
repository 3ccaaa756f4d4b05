import { describe, expect, it } from 'vitest';

interface Figure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

type Ratios = Readonly<Record<string, Figure>>;

// By its address: the benchmark has types of its own, on a newer Node.
const { href } = new URL('../../bench/harness/regressions.ts', import.meta.url);
const { findRegressions } = (await import(href)) as {
  findRegressions(recorded: readonly unknown[], seen: readonly unknown[]): readonly string[];
};

const ratio = (low: number, median: number, high: number): Ratios => ({
  cpu: { low, median, high },
});

/** A table in which a row of ours has these, and the baseline nothing. */
function tableOf(ours: { ratios?: Ratios; note?: string; failed?: boolean }): unknown {
  return {
    ...{ id: 'chunks-chat', title: 'One chunk', about: '', baseline: 'limit' },
    columns: [{ id: 'cpu', title: 'CPU', unit: 'µs', ratio: true, better: 'lower' }],
    rows: [
      { contender: 'limit', figures: {} },
      { contender: 'rxllm-full', figures: {}, ...ours },
    ],
  };
}

const recorded = [tableOf({ ratios: ratio(0.9, 1, 1.1) })];

describe('what the quick benchmark says of its figures', () => {
  it('is nothing where a ratio is as it was, or worse by less than a quarter', () => {
    expect(findRegressions(recorded, recorded)).toEqual([]);
    expect(findRegressions(recorded, [tableOf({ ratios: ratio(1.15, 1.2, 1.3) })])).toEqual([]);
  });

  it('is nothing where the best run is no worse than the worst on record', () => {
    expect(findRegressions(recorded, [tableOf({ ratios: ratio(1.05, 1.4, 1.8) })])).toEqual([]);
  });

  it('tells a ratio that is worse by more', () => {
    expect(findRegressions(recorded, [tableOf({ ratios: ratio(1.2, 1.4, 1.8) })])).toEqual([
      'slower: One chunk, CPU (µs), rxllm-full: 1.40× limit, recorded 1.00×',
    ]);
  });

  it('tells who failed, also after some turns that went well', () => {
    const failed = { failed: true, note: 'failed: got 4 of 9 characters' };
    expect(findRegressions(recorded, [tableOf({ ...failed, ratios: ratio(0.9, 1, 1.1) })])).toEqual(
      ['One chunk, rxllm-full failed: got 4 of 9 characters'],
    );
  });

  it('tells what could not be compared, as where the baseline has failed', () => {
    expect(findRegressions(recorded, [tableOf({})])).toEqual([
      'not measured: One chunk, CPU (µs), rxllm-full, recorded 1.00×',
    ]);
  });

  it('tells what is not on record, as after a run of other measures on a new machine', () => {
    const seen = [tableOf({ ratios: ratio(0.9, 1, 1.1) })];
    const line = 'not on record: One chunk, CPU (µs), rxllm-full: 1.00× limit';
    expect(findRegressions([], seen)).toEqual([line]);
    expect(findRegressions([tableOf({})], seen)).toEqual([line]);
  });
});
