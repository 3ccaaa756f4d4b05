import type { Column, Measure } from '../harness/measure.ts';
import { startModelServer } from '../harness/model-server.ts';
import { baseline, runOnWire } from './by-wire.ts';

const STREAMS = 500;
const SPAN = 40;
/** So that no stream ends before the last look. */
const TOKENS = 150;

const common = { unit: 'ms', digits: 1, better: 'lower' } as const;

const columns: readonly Column[] = [
  { id: 'p50', title: 'p50', ...common },
  { id: 'p99', title: 'p99', ratio: true, ...common },
  { id: 'worst', title: 'worst', ...common },
  { id: 'cpu', title: 'CPU', unit: '% of a core', digits: 0, ratio: true, better: 'lower' },
];

/** For how long other work has to wait while many streams come in. */
export const eventLoop: Measure = {
  id: 'event-loop',
  run: async (plan) => {
    const server = await startModelServer();
    try {
      const root = server.root({ kind: 'paced', tokens: TOKENS, span: SPAN });
      const program = new URL('../programs/event-loop.ts', import.meta.url);
      const args = [root, String(STREAMS), String(TOKENS)];
      return [
        {
          id: 'event-loop',
          title: `Delay of the event loop with ${STREAMS} streams`,
          about:
            `Each stream brings a token every ${SPAN} ms. The delay is that of a timer of 1 ms, ` +
            'which is a part of it. rxllm-full joins the deltas for a screen, the others don’t.',
          baseline,
          columns,
          rows: await runOnWire(plan, { wire: 'chat', columns, program, args }),
        },
      ];
    } finally {
      server.close();
    }
  },
};
