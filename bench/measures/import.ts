import { runChild } from '../harness/child.ts';
import type { Column, Measure } from '../harness/measure.ts';
import { runRounds, toRows, type Sample } from '../harness/rounds.ts';
import { programs, references, urlOf, type Program } from '../programs/minimal/catalog.ts';

const program = new URL('../programs/time-import.ts', import.meta.url);

/** An import is short, so that more of them are to be had; the first reads the disk. */
const RUNS = 11;

const common = { unit: 'ms', digits: 1, better: 'lower' } as const;

const columns: readonly Column[] = [
  { id: 'import', title: 'import', ratio: true, ...common },
  { id: 'cpu', title: 'CPU of the import', ...common },
  { id: 'process', title: 'process until then', ...common },
];

/** How long a process takes until it could ask a model. */
export const importing: Measure = {
  id: 'import',
  run: async (plan) => {
    const names = (Object.keys(programs) as Program[]).filter(
      (name) => plan.only?.includes(name) ?? true,
    );
    const runs = Math.max(RUNS, plan.runs) + 1;
    const outcomes = await runRounds({ ...plan, runs }, names, (name) =>
      runChild<Sample>({ program, args: [urlOf(name as Program).href] }),
    );
    for (const { samples } of outcomes.values()) samples.shift();
    const baseline = 'rxllm-bare';
    return [
      {
        id: 'import',
        title: 'Cold import',
        about:
          'The import of the least program that streams an answer, in a new process, with the ' +
          `model made and not yet asked. At least ${RUNS} runs, after one that is not counted. ` +
          'nothing is an empty file, limit the parts alone, limit-fetch the same on Node’s own fetch.',
        baseline,
        references,
        runs: runs - 1,
        columns,
        rows: toRows(outcomes, { columns, baseline }),
      },
    ];
  },
};
