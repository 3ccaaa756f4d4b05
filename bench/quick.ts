import { requireBuild } from './harness/built.ts';
import type { Plan } from './harness/measure.ts';
import { findRegressions } from './harness/regressions.ts';
import { readResults } from './harness/results.ts';
import { renderTable } from './harness/table.ts';
import { measures } from './measures/index.ts';

requireBuild();
const recorded = readResults();
if (!recorded) {
  console.error('bench: nothing is recorded in results.json yet; run `npm run bench` first');
  process.exit(2);
}

const plan: Plan = { runs: 2, quick: true, log: () => {} };
const seen = [];
for (const measure of measures) {
  if (!measure.quick) continue;
  const tables = await measure.run(plan);
  for (const table of tables) console.log(`${renderTable(table)}\n`);
  seen.push(...tables);
}

const regressions = findRegressions(recorded.tables, seen);
for (const line of regressions) console.error(line);
if (regressions.length > 0) {
  console.error('If that is meant, record it with `npm run bench` and say why in the commit.');
  process.exit(1);
}
console.log('No ratio is more than 25 % worse than the recorded one.');
