import { expect, it } from 'vitest';

// By its address: the benchmark has types of its own, on a newer Node.
const { href } = new URL('../../bench/harness/wins.ts', import.meta.url);
const { renderWins } = (await import(href)) as {
  renderWins(tables: readonly unknown[]): string;
};

function tableOf(own: string | undefined): unknown {
  const row = (contender: string, median: number): unknown => ({
    ...{ contender, figures: { call: { median, low: median, high: median } } },
  });
  return {
    ...{ id: 'cache', title: 'A cache', about: '', ...(own !== undefined && { own }) },
    columns: [{ id: 'call', title: 'call', unit: 'ns', digits: 0, better: 'lower' }],
    rows: [row('rxllm miss', 300), row('rxllm hit', 350), row('peer hit', 100)],
  };
}

it('holds peers against our row that does the same work, where it is not the first', () => {
  expect(renderWins([tableOf(undefined)])).toBe(
    '- A cache, call: peer hit 100 ns, rxllm miss 300 ns',
  );
  expect(renderWins([tableOf('rxllm hit')])).toBe(
    '- A cache, call: peer hit 100 ns, rxllm hit 350 ns',
  );
});
