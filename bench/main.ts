import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { requireBuild } from './harness/built.ts';
import { drawChart } from './harness/chart.ts';
import type { Measure, Plan } from './harness/measure.ts';
import { renderReport } from './harness/report.ts';
import {
  isComparable,
  mergeResults,
  readResults,
  writeResults,
  type DatedTable,
} from './harness/results.ts';
import { renderTable } from './harness/table.ts';
import { measures } from './measures/index.ts';

function fail(message: string): never {
  console.error(`bench: ${message}`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { runs: { type: 'string', default: '5' }, only: { type: 'string' } },
    });
  } catch (error) {
    return fail((error as Error).message);
  }
}

const { values, positionals } = readArguments();
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  fail(`--runs must be a whole number of at least 1, got ${values.runs}`);
}
requireBuild();
const chosen = positionals.length === 0 ? measures : positionals.map(find);

function find(id: string): Measure {
  const known = measures.map((measure) => measure.id).join(', ');
  return measures.find((each) => each.id === id) ?? fail(`no measure '${id}'; there are ${known}`);
}

const plan: Plan = {
  runs,
  quick: false,
  ...(values.only !== undefined && { only: values.only.split(',').map((name) => name.trim()) }),
  log: (line) => console.error(`  ${line}`),
};

const order = measures.map(({ id }) => id);
const shown = new Set<string>();
const recorded = readResults();
if (!plan.only && recorded && !isComparable(recorded)) {
  console.error(
    'bench: what is on record comes from another machine or other versions: ' +
      'all of it goes as soon as the first measure is done',
  );
}
for (const measure of chosen) {
  console.error(measure.id);
  const tables = await measure.run(plan);
  const date = new Date().toISOString().slice(0, 10);
  const fresh = tables.map((table): DatedTable => ({ runs, ...table, date }));
  for (const table of fresh) console.log(`${renderTable(table)}\n`);
  for (const { contender } of fresh.flatMap(({ rows }) => rows)) shown.add(contender);
  // A part of the contenders says nothing about the others: it is shown and not kept.
  if (plan.only) continue;
  // After each measure, so that a run that is cut short has not been for nothing.
  const results = mergeResults(readResults(), fresh, order);
  writeResults(results);
  writeFileSync(new URL('RESULTS.md', import.meta.url), renderReport(results));
  writeFileSync(new URL('chart.svg', import.meta.url), drawChart(results));
}

// Each measure has contenders of its own: none is known before it has run.
const unknown = plan.only?.filter((name) => !shown.has(name)) ?? [];
if (unknown.length > 0) {
  const places = chosen.map(({ id }) => id).join(', ');
  fail(`no contender ${unknown.join(', ')} in ${places}; the rows of RESULTS.md are their names`);
}
