import { about as contenders } from '../contenders/catalog.ts';
import type { Results } from './results.ts';
import { renderTable } from './table.ts';
import { renderWins } from './wins.ts';

/** All of RESULTS.md; every figure in it stands in results.json. */
export function renderReport({ rig, versions, tables }: Results): string {
  const dates = [...new Set(tables.map(({ date }) => date))].sort();
  return [
    '# Results',
    '',
    'Written by `npm run bench`, from `results.json`; how to read it is in [README.md](README.md).',
    'A figure is the median of all rounds, with the lowest and the highest. A ratio is taken within ' +
      'each round, where every contender has its turns, and summed up in the same way.',
    '',
    `![Some of it, drawn](chart.svg)`,
    '',
    '## Rig',
    '',
    `- ${rig.cpu}, ${rig.cores} cores, ${rig.memory}`,
    `- ${rig.kernel}, Node ${rig.node}`,
    `- ${dates.join(', ')}`,
    '',
    '## Contenders',
    '',
    ...Object.entries(contenders).map(([name, what]) => `- **${name}**: ${what}`),
    '',
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    '',
    '## Figures',
    '',
    tables
      .map(
        (table) =>
          `${renderTable(table)}\n\n_${table.runs === 1 ? 'One run' : `${table.runs} runs`}._`,
      )
      .join('\n\n'),
    '',
    '## Where a peer wins',
    '',
    renderWins(tables),
    '',
  ].join('\n');
}
