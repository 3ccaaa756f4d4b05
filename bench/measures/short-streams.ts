import { startModelServer } from '../harness/model-server.ts';
import type { Column, Measure, Plan, Table } from '../harness/measure.ts';
import type { Wire } from '../contenders/catalog.ts';
import { baseline, runOnWire, wireTitles } from './by-wire.ts';

const TOKENS = 30;

function columnsAt(levels: readonly number[]): Column[] {
  return levels.flatMap((level): Column[] => [
    {
      id: `rate${level}`,
      title: `${level} at once`,
      unit: 'requests/s',
      digits: 0,
      ratio: true,
      better: 'higher',
    },
    {
      id: `cpu${level}`,
      title: `CPU, ${level} at once`,
      unit: 'µs',
      digits: 0,
      ratio: true,
      better: 'lower',
    },
  ]);
}

async function measure(plan: Plan, wire: Wire): Promise<Table> {
  const levels = plan.quick ? [32] : [1, 32, 256];
  const columns = columnsAt(levels);
  const server = await startModelServer();
  try {
    const root = server.root({ kind: 'whole', tokens: TOKENS, padded: false });
    const program = new URL('../programs/short-streams.ts', import.meta.url);
    const args = [root, String(TOKENS), ...levels.map(String)];
    return {
      id: `short-streams-${wire}`,
      title: `Short streams: ${wireTitles[wire]}`,
      about:
        `Answers of ${TOKENS} chunks that are there at once: how many a second, and the CPU time ` +
        'of all threads for each, with so many requests always running. Every prompt is new.',
      baseline,
      columns,
      rows: await runOnWire(plan, { wire, columns, program, args }),
    };
  } finally {
    server.close();
  }
}

export const shortStreams: Measure = {
  id: 'short-streams',
  quick: true,
  run: async (plan) => {
    const chat = await measure(plan, 'chat');
    if (plan.quick) return [chat];
    return [chat, await measure(plan, 'anthropic'), await measure(plan, 'responses')];
  },
};
