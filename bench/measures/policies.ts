import { runChild } from '../harness/child.ts';
import type { Column, Measure, Plan, Table } from '../harness/measure.ts';
import { runRounds, toRows, type Sample } from '../harness/rounds.ts';
import { jobs, type Job } from './policy-jobs.ts';

const program = new URL('../programs/time-policy.ts', import.meta.url);

const columns: readonly Column[] = [
  { id: 'call', title: 'added to a call', unit: 'ns', digits: 0, ratio: true, better: 'lower' },
  { id: 'event', title: 'added to an event', unit: 'ns', digits: 1, better: 'lower' },
  { id: 'held', title: 'kept by an open call', unit: 'bytes', digits: 0, better: 'lower' },
];

const about =
  'CPU that the guard adds, in process and without HTTP. What is called answers at once, by a ' +
  'synchronous stream of ten deltas or, for peers that guard promises, by a resolved promise, and ' +
  'its own cost is taken off. An event is one delta more; a peer without a figure sees none. What ' +
  'is kept is the heap for a call that has begun and does not end.';

async function measureJob(plan: Plan, job: Job): Promise<Table> {
  const { id, title, guards, notes = {}, own } = job;
  const names = Object.keys(guards).filter((name) => plan.only?.includes(name) ?? true);
  const baseline = names[0];
  const outcomes = await runRounds(plan, names, (name) =>
    runChild<Sample>({ program, args: guards[name] ?? [], nodeOptions: ['--expose-gc'] }),
  );
  return {
    id: `policies-${id}`,
    title: `Policy overhead: ${title}`,
    about: job === jobs[0] ? about : 'Measured in the same way.',
    ...(baseline !== undefined && { baseline }),
    ...(own !== undefined && { own }),
    columns,
    rows: toRows(outcomes, { columns, baseline, notes }),
  };
}

/** What each policy alone costs, next to those of the peers that do the same job. */
export const policies: Measure = {
  id: 'policies',
  run: async (plan) => {
    const tables: Table[] = [];
    for (const job of jobs) {
      plan.log(job.title);
      const table = await measureJob(plan, job);
      if (table.rows.length > 0) tables.push(table);
    }
    return tables;
  },
};
