import { startModelServer } from '../harness/model-server.ts';
import type { Column, Measure, Plan, Table } from '../harness/measure.ts';
import type { Wire } from '../contenders/catalog.ts';
import type { Form } from '../server/scenario.ts';
import { TURNS } from '../harness/rounds.ts';
import { baseline, runOnWire, wireTitles } from './by-wire.ts';

const TOKENS = 20_000;

const columns: readonly Column[] = [
  { id: 'cpu', title: 'CPU', unit: 'µs', ratio: true, better: 'lower' },
  { id: 'wall', title: 'wall', unit: 'µs', ratio: true, better: 'lower' },
];

const suffixes: Readonly<Record<Form, string>> = {
  plain: '',
  padded: ', padded',
  turns: ', in two forms by turns',
};

const abouts: Readonly<Record<Form, string>> = {
  plain:
    `CPU time of all threads and wall time for each of ${TOKENS} chunks of one long stream, ` +
    'which comes as fast as it is read, in pieces of 16 kB: after three seconds of warm-up, ' +
    `for a quarter of a second ${TURNS} times, by turns with the others.`,
  padded: 'The same with the padding that OpenAI itself adds to each frame, of a varying length.',
  turns:
    'The same with every other frame in another form, so that rxllm has to parse each of them: what ' +
    'it costs without its fast lane.',
};

async function measure(plan: Plan, wire: Wire, form: Form): Promise<Table> {
  const server = await startModelServer();
  try {
    const root = server.root({ kind: 'whole', tokens: TOKENS, form });
    const program = new URL('../programs/chunks.ts', import.meta.url);
    const args = [root, String(TOKENS)];
    const rows = await runOnWire(plan, { wire, columns, program, args, byTurns: true });
    return {
      id: `chunks-${wire}${form === 'plain' ? '' : `-${form}`}`,
      title: `One streamed chunk: ${wireTitles[wire]}${suffixes[form]}`,
      about: abouts[form],
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
    const chat = await measure(plan, 'chat', 'plain');
    if (plan.quick) return [chat];
    return [
      chat,
      await measure(plan, 'chat', 'padded'),
      await measure(plan, 'chat', 'turns'),
      await measure(plan, 'anthropic', 'plain'),
      await measure(plan, 'responses', 'plain'),
    ];
  },
};
