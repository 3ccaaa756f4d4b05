import { runChild } from '../harness/child.ts';
import type { Column, Measure, Plan, Table } from '../harness/measure.ts';
import { runRounds, toRows, type Sample } from '../harness/rounds.ts';
import { sizes } from '../programs/caches/questions.ts';

const program = new URL('../programs/time-cache.ts', import.meta.url);

/** A column for each length of the prompt. */
const columns: readonly Column[] = sizes.map(({ title }) => ({
  ...{ id: title, title, unit: 'µs', digits: 1, better: 'lower' },
}));

/** What is timed, by what it is called: its file in `programs/caches`, and its name there. */
type Timed = Readonly<Record<string, readonly [file: string, name: string]>>;

const hits: Timed = {
  'rxllm cache': ['rxllm', 'hit'],
  'rxllm cache, same objects': ['rxllm', 'hit again'],
  'LangChain InMemoryCache': ['langchain', 'hit'],
};

const keys: Timed = {
  'rxllm requestKey': ['rxllm', 'key'],
  'rxllm requestKey, same objects': ['rxllm', 'key again'],
  'JSON.stringify': ['rxllm', 'stringify'],
};

async function rowsOf(plan: Plan, timed: Timed) {
  const names = Object.keys(timed).filter((name) => plan.only?.includes(name) ?? true);
  const outcomes = await runRounds(plan, names, async (name) => {
    const sample: Record<string, number> = {};
    for (const { title } of sizes) {
      sample[title] = await runChild<number>({ program, args: [...(timed[name] ?? []), title] });
    }
    return sample as Sample;
  });
  return toRows(outcomes, { columns });
}

/** What the cache costs by the length of the prompt. */
export const cache: Measure = {
  id: 'cache',
  run: async (plan): Promise<readonly Table[]> => [
    {
      id: 'cache-hit',
      title: 'A cache hit by the length of the prompt',
      about:
        'CPU from the question to the end of the kept answer, in process. rxllm plays back an ' +
        'answer of 30 deltas, LangChain’s `invoke` gives it as one message. The same objects are ' +
        'those of a conversation that goes on: only the last message is new.',
      columns,
      rows: await rowsOf(plan, hits),
    },
    {
      id: 'cache-key',
      title: 'The key of a request by the length of the prompt',
      about:
        'CPU of what tells the cache which requests are the same. JSON.stringify stands beside it ' +
        'as the least that can be done; it takes the order of an object’s keys for a difference.',
      columns,
      references: ['JSON.stringify'],
      rows: await rowsOf(plan, keys),
    },
  ],
};
