import { runChild } from '../harness/child.ts';
import type { Column, Measure, Plan, Table } from '../harness/measure.ts';
import { runRounds, toRows, type Sample } from '../harness/rounds.ts';
import { sizes } from '../programs/caches/questions.ts';

const program = new URL('../programs/time-cache.ts', import.meta.url);

interface Timed extends Column {
  /** The file in `programs/caches`, and the name of what is timed there. */
  readonly args: readonly [file: string, name: string];
}

const common = { unit: 'µs', digits: 1, better: 'lower' } as const;

const hits: readonly Timed[] = [
  { id: 'hit', title: 'rxllm cache', args: ['rxllm', 'hit'], ...common },
  { id: 'again', title: 'rxllm cache, same objects', args: ['rxllm', 'hit again'], ...common },
  { id: 'langchain', title: 'LangChain InMemoryCache', args: ['langchain', 'hit'], ...common },
];

const keys: readonly Timed[] = [
  { id: 'key', title: 'new objects', args: ['rxllm', 'key'], ...common },
  { id: 'again', title: 'same objects, one message more', args: ['rxllm', 'key again'], ...common },
];

/** A table with a row for each length of the prompt. */
async function measureSizes(plan: Plan, columns: readonly Timed[]) {
  const titles = sizes.map(({ title }) => title);
  const outcomes = await runRounds(plan, titles, async (title) => {
    const sample: Record<string, number> = {};
    for (const { id, args } of columns) {
      sample[id] = await runChild<number>({ program, args: [...args, title] });
    }
    return sample as Sample;
  });
  return { columns: columns.map(({ args: _, ...column }) => column), outcomes };
}

async function table(plan: Plan, head: Omit<Table, 'columns' | 'rows'>, timed: readonly Timed[]) {
  const { columns, outcomes } = await measureSizes(plan, timed);
  return { ...head, columns, rows: toRows(outcomes, columns) };
}

/** What the cache costs by the length of the prompt. */
export const cache: Measure = {
  id: 'cache',
  run: async (plan) => [
    await table(
      plan,
      {
        id: 'cache-hit',
        title: 'Cache hits by the length of the prompt',
        about:
          'CPU from the question to the end of the kept answer, in process. rxllm plays back an ' +
          'answer of 30 deltas, LangChain’s `invoke` gives it as one message. The same objects are ' +
          'those of a conversation that goes on, with one new message.',
      },
      hits,
    ),
    await table(
      plan,
      {
        id: 'cache-key',
        title: 'Keys by the length of the prompt',
        about: 'CPU of `requestKey`, which tells the cache which requests are the same.',
      },
      keys,
    ),
  ],
};
