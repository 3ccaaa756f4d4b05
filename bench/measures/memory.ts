import type { Wire } from '../contenders/catalog.ts';
import type { Column, Measure, Plan, Table } from '../harness/measure.ts';
import { startModelServer } from '../harness/model-server.ts';
import { overBaseline } from '../harness/over-baseline.ts';
import { baseline, runOnWire, wireTitles } from './by-wire.ts';

function columnsAt(level: number): Column[] {
  return [
    { id: `rss${level}`, title: 'resident', unit: 'MB', digits: 0, better: 'lower' },
    { id: `heap${level}`, title: 'heap', unit: 'MB', digits: 0, better: 'lower' },
    {
      ...{ id: `each${level}`, title: 'heap each', unit: 'kB', digits: 1 },
      ...{ ratio: true, better: 'lower' },
    },
    { id: `over${level}`, title: 'over the limit’s', unit: 'kB', digits: 1, better: 'lower' },
    { id: `external${level}`, title: 'outside the heap, each', unit: 'kB', digits: 1 },
  ];
}

/** Tells what to do before a process runs out of sockets. */
function checkOpenFiles(most: number): void {
  const { userLimits } = process.report.getReport() as unknown as {
    readonly userLimits?: { readonly open_files?: { readonly hard: number | string } };
  };
  const hard = Number(userLimits?.open_files?.hard);
  if (hard < most + 200) {
    throw new Error(`${most} streams need as many open files; raise \`ulimit -Hn\` (now ${hard})`);
  }
}

async function measure(plan: Plan, wire: Wire, levels: readonly number[]): Promise<Table[]> {
  checkOpenFiles(Math.max(...levels));
  const over = Object.fromEntries(levels.map((level) => [`each${level}`, `over${level}`]));
  const server = await startModelServer();
  try {
    const rows = await runOnWire(plan, {
      wire,
      columns: levels.flatMap(columnsAt),
      program: new URL('../programs/memory.ts', import.meta.url),
      args: [server.root({ kind: 'hold' }), ...levels.map(String)],
      nodeOptions: ['--expose-gc'],
      refine: (outcomes) => overBaseline(outcomes, baseline, over),
    });
    return levels.map((level) => ({
      id: `memory-${wire}-${level}`,
      title: `${level} open streams: ${wireTitles[wire]}`,
      about:
        'Memory while streams wait for their second token, after garbage collection: of the whole ' +
        'process, and what each stream has added to the heap and outside it (buffers). A hundred ' +
        'streams more were opened before, so that loading and compiling is not counted as theirs.',
      baseline,
      columns: columnsAt(level),
      rows,
    }));
  } finally {
    server.close();
  }
}

/** What a stream costs that does nothing. */
export const memory: Measure = {
  id: 'memory',
  run: async (plan) => [
    ...(await measure(plan, 'chat', [1000, 5000])),
    ...(await measure(plan, 'anthropic', [1000])),
    ...(await measure(plan, 'responses', [1000])),
  ],
};
