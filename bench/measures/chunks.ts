import { startModelServer } from '../harness/model-server.ts';
import type { Column, Measure, Plan, Table } from '../harness/measure.ts';
import type { Wire } from '../contenders/catalog.ts';
import { baseline, runOnWire, wireTitles } from './by-wire.ts';

const TOKENS = 20_000;

const columns: readonly Column[] = [
  { id: 'cpu', title: 'CPU', unit: 'µs', ratio: true, better: 'lower' },
  { id: 'wall', title: 'wall', unit: 'µs', ratio: true, better: 'lower' },
];

async function measure(plan: Plan, wire: Wire, padded: boolean): Promise<Table> {
  const server = await startModelServer();
  try {
    const root = server.root({ kind: 'whole', tokens: TOKENS, padded });
    const program = new URL('../programs/chunks.ts', import.meta.url);
    const rows = await runOnWire(plan, { wire, columns, program, args: [root, String(TOKENS)] });
    return {
      id: `chunks-${wire}${padded ? '-padded' : ''}`,
      title: `One streamed chunk: ${wireTitles[wire]}${padded ? ', padded' : ''}`,
      about: padded
        ? 'The same with the padding that OpenAI itself adds to each frame, of a varying length.'
        : `CPU time of all threads and wall time for each of ${TOKENS} chunks of one long stream, ` +
          'which comes as fast as it is read, in pieces of 16 kB. After half a second of warm-up.',
      baseline,
      columns,
      rows,
    };
  } finally {
    server.close();
  }
}

export const chunks: Measure = {
  id: 'chunks',
  quick: true,
  run: async (plan) => {
    const chat = await measure(plan, 'chat', false);
    if (plan.quick) return [chat];
    return [
      chat,
      await measure(plan, 'chat', true),
      await measure(plan, 'anthropic', false),
      await measure(plan, 'responses', false),
    ];
  },
};
