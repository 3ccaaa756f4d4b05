// Runs the fault tests: `npm run faults -- --seed 1 --only S9,S13`.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { watchProcess } from './invariants';
import type { FaultTest } from './run';
import { s10 } from './s10';
import { s13 } from './s13';
import { s14 } from './s14';
import { s17 } from './s17';
import { s18 } from './s18';
import { s19 } from './s19';
import { s20 } from './s20';
import { s21 } from './s21';
import { s22 } from './s22';
import { s23 } from './s23';
import { s24 } from './s24';
import { s25 } from './s25';
import { s26 } from './s26';
import { s27 } from './s27';
import { s28 } from './s28';
import { s29 } from './s29';
import { s9 } from './s9';
import { startFaultServer } from './upstream';

const tests: readonly FaultTest[] = [
  s9,
  s10,
  s13,
  s14,
  s17,
  s18,
  s19,
  s20,
  s21,
  s22,
  s23,
  s24,
  s25,
  s26,
  s27,
  s28,
  s29,
];

const SHOWN = 20;

/** The most that a test may take, in milliseconds. */
const LIMIT = 180_000;

interface Arguments {
  readonly seed: number;
  readonly chosen: readonly FaultTest[];
  readonly cell: string | undefined;
}

/** Reads the command line; what is wrong with it is thrown. */
function read(): Arguments {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      cell: { type: 'string' },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new Error(`--seed must be a whole number of at least 0, got ${values.seed}`);
  }
  const ids = values.only?.split(',').map((id) => id.trim().toUpperCase());
  const unknown = ids?.filter((id) => !tests.some((test) => test.id === id)) ?? [];
  if (unknown.length > 0) {
    const known = tests.map(({ id }) => id).join(', ');
    throw new Error(`--only: there is no ${unknown.join(', ')}, only ${known}`);
  }
  const chosen = tests.filter(({ id }) => ids?.includes(id) ?? true);
  return { seed, chosen, cell: values.cell };
}

/** Fails when a test has run for too long. */
async function hang(): Promise<never> {
  await sleep(LIMIT, undefined, { ref: false });
  throw new Error(`G2: it did not end within ${String(LIMIT / 1000)} s`);
}

/** Runs one test, prints its line, and tells whether it passed. */
async function runTest(test: FaultTest, { seed, cell }: Arguments): Promise<boolean> {
  const began = performance.now();
  const aside = unhandled.length;
  const server = await startFaultServer();
  let figures: Readonly<Record<string, string | number>> = {};
  const failures: string[] = [];
  try {
    const report = await Promise.race([test.run({ seed, server, cell }), hang()]);
    figures = report.figures;
    failures.push(...report.failures);
  } catch (error) {
    failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await server.close();
  }
  failures.push(...unhandled.slice(aside));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const told = Object.entries(figures).map(([name, value]) => `${String(value)} ${name}`);
  const verdict = failures.length === 0 ? 'ok' : `${String(failures.length)} FAILED`;
  console.log(
    `${test.id.padEnd(4)} ${verdict}  ${test.title}: ${told.join(', ')} (${seconds} s, seed ${String(seed)})`,
  );
  for (const failure of failures.slice(0, SHOWN)) console.log(`       ${failure}`);
  if (failures.length > SHOWN) console.log(`       … ${String(failures.length - SHOWN)} more`);
  return failures.length === 0;
}

let given: Arguments;
try {
  given = read();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
const unhandled = watchProcess();
let failed = 0;
for (const test of given.chosen) if (!(await runTest(test, given))) failed += 1;
console.log(
  `faults: ${String(given.chosen.length)} tests, ${String(failed)} failed, seed ${String(given.seed)}`,
);
if (failed > 0) {
  console.log('Some of them measure time: try those again with --only when nothing else runs.');
}
// A test that hung may have left something that would keep the process.
process.exit(failed === 0 ? 0 : 1);
