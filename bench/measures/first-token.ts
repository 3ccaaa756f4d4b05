import { startModelServer } from '../harness/model-server.ts';
import type { Column, Measure, Plan, Table } from '../harness/measure.ts';
import { overBaseline } from '../harness/over-baseline.ts';
import { TURNS } from '../harness/rounds.ts';
import type { Wire } from '../contenders/catalog.ts';
import { baseline, runOnWire, wireTitles } from './by-wire.ts';

const REQUESTS = 50;
const AT_ONCE = 8;
const WAIT = 10;

const settings = [
  { id: 'alone50', title: 'alone, p50' },
  { id: 'alone99', title: 'alone, p99' },
  { id: 'together50', title: `${AT_ONCE} at once, p50` },
  { id: 'together99', title: `${AT_ONCE} at once, p99` },
];

const columns = settings.flatMap(({ id, title }): Column[] => [
  { id, title, unit: 'ms' },
  { id: `${id}-added`, title: `${title}, over the limit`, unit: 'ms', better: 'lower' },
]);

const added = Object.fromEntries(settings.map(({ id }) => [id, `${id}-added`]));

async function measure(plan: Plan, wire: Wire): Promise<Table> {
  const server = await startModelServer();
  try {
    const root = server.root({ kind: 'first', wait: WAIT });
    const program = new URL('../programs/first-token.ts', import.meta.url);
    const args = [root, String(REQUESTS), String(AT_ONCE)];
    return {
      id: `first-token-${wire}`,
      title: `Time to the first token: ${wireTitles[wire]}`,
      about:
        `From the call to the first text, without the ${WAIT} ms for which the server holds it ` +
        '(it tells how long that really was), and how much that is over the limit’s in the same ' +
        `turn. ${REQUESTS} requests one after the other, then ${2 * REQUESTS}, ${AT_ONCE} at once, ` +
        `${TURNS} times by turns with the others.`,
      columns,
      rows: await runOnWire(plan, {
        wire,
        columns,
        program,
        args,
        byTurns: true,
        refine: (outcomes) => overBaseline(outcomes, baseline, added),
      }),
    };
  } finally {
    server.close();
  }
}

export const firstToken: Measure = {
  id: 'first-token',
  run: async (plan) => [
    await measure(plan, 'chat'),
    await measure(plan, 'anthropic'),
    await measure(plan, 'responses'),
  ],
};
