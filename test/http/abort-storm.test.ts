import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { simulator, type Simulator } from '../../src/testing/simulator/index';

const client = fileURLToPath(new URL('../support/abort-storm.ts', import.meta.url));
const rounds = 5;
const perRound = Number(process.env.RXLLM_STORM ?? 10_000) / rounds;

interface Message {
  readonly done?: number;
  readonly heap?: number;
  readonly resources?: readonly string[];
}

let server: Simulator;
beforeAll(async () => {
  server = await simulator({
    pace: { firstToken: 8, perToken: 3, jitter: 1 },
    faults: [
      { kind: 'status', status: 503, probability: 0.1 },
      { kind: 'reset', at: 'random', probability: 0.1 },
    ],
    seed: 7,
  });
});
afterAll(() => server.close());

it('leaves nothing behind, wherever calls are left', { timeout: 120_000 }, async () => {
  const child = fork(client, [server.openai, String(perRound), String(rounds)], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const heaps: number[] = [];
  let resources: readonly string[] = [];
  child.on('message', (message: Message) => {
    if (message.heap !== undefined) heaps.push(message.heap);
    if (message.resources) resources = message.resources;
    if (message.done === undefined && message.heap === undefined) return;
    // The server's word counts: nobody is being answered any more.
    void server
      .until(({ ledger }) => ledger.totals.open === 0)
      .then(() => child.connected && child.send('go on'));
  });
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);

  const { calls, aborted, open } = server.ledger.totals;
  expect(open).toBe(0);
  expect(aborted).toBeGreaterThan(calls / 10);
  await server.until(({ openSockets }) => openSockets === 0);
  expect(resources.filter((name) => name === 'Timeout' || name === 'TCPSocketWrap')).toEqual([]);

  const [first = 0, ...later] = heaps;
  expect(later).toHaveLength(rounds);
  const growth = Math.max(...later.slice(1)) - Math.max(first, later[0] ?? 0);
  expect(growth).toBeLessThan(3 * 1024 * 1024);
});
