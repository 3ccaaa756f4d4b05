import { startModelServer } from '../harness/model-server.ts';
import type { Column, Measure, Plan, Table } from '../harness/measure.ts';
import type { Wire } from '../contenders/catalog.ts';
import { TURNS } from '../harness/rounds.ts';
import { baseline, runOnWire, wireTitles } from './by-wire.ts';

const TOKENS = 30;

const kinds: readonly Omit<Column, 'title'>[] = [
  { id: 'rate', unit: 'requests/s', digits: 0, ratio: true, better: 'higher' },
  { id: 'cpu', unit: 'µs', digits: 0, ratio: true, better: 'lower' },
];

const about: Readonly<Record<string, { readonly title: string; readonly about: string }>> = {
  rate: {
    title: 'Short streams, requests a second',
    about:
      `Answers of ${TOKENS} chunks that are there at once, with so many requests always running ` +
      `for a quarter of a second, ${TURNS} times by turns with the others, after eight seconds of ` +
      'warm-up. Every prompt is new.',
  },
  cpu: {
    title: 'Short streams, CPU of a request',
    about: 'Of all threads of the client, in the same runs.',
  },
};

async function measure(plan: Plan, wire: Wire): Promise<readonly Table[]> {
  const levels = plan.quick ? [32] : [1, 32, 256];
  const columnsOf = (kind: Omit<Column, 'title'>): Column[] =>
    levels.map((level) => ({ ...kind, id: `${kind.id}${level}`, title: `${level} at once` }));
  const server = await startModelServer();
  try {
    const root = server.root({ kind: 'whole', tokens: TOKENS, form: 'plain' });
    const program = new URL('../programs/short-streams.ts', import.meta.url);
    const args = [root, String(TOKENS), ...levels.map(String)];
    const columns = kinds.flatMap(columnsOf);
    const rows = await runOnWire(plan, { wire, columns, program, args, byTurns: true });
    return kinds.map((kind) => ({
      id: `short-streams-${wire}-${kind.id}`,
      title: `${about[kind.id]!.title}: ${wireTitles[wire]}`,
      about: about[kind.id]!.about,
      baseline,
      columns: columnsOf(kind),
      rows,
    }));
  } finally {
    server.close();
  }
}

export const shortStreams: Measure = {
  id: 'short-streams',
  quick: true,
  run: async (plan) => {
    const tables = [...(await measure(plan, 'chat'))];
    if (plan.quick) return tables;
    tables.push(...(await measure(plan, 'anthropic')), ...(await measure(plan, 'responses')));
    return tables;
  },
};
