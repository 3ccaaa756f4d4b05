import { afterAll, beforeAll, expect, it } from 'vitest';
import { policies } from './policies';
import { faults } from './faults';
import { positions } from './positions';
import { matrix, runMatrix } from './s9';
import { startFaultServer, type FaultServer } from './upstream';

// A slice of what `npm run faults` runs in full.
const SLICE = 47;

let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer();
});
afterAll(() => server.close());

it('each fault, at each position, under each policy, ends as the model says', async () => {
  const runs = matrix(1).filter(({ index }) => index % SLICE === 0);
  expect(new Set(runs.map(({ fault }) => fault))).toEqual(new Set(faults));
  expect(new Set(runs.map(({ at }) => at))).toEqual(new Set(positions));
  expect(new Set(runs.map(({ policy }) => policy))).toEqual(new Set(policies));
  const { failures } = await runMatrix({ seed: 1, server, idle: 3000 }, runs);
  expect(failures).toEqual([]);
});
