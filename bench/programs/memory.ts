import { connect, type Wire } from '../contenders/catalog.ts';
import { report } from '../harness/child.ts';

/** How many streams are begun at once: a crowd would wait longer than deadlines allow. */
const AT_ONCE = 100;

const [contender = '', wire = '', root = '', ...levels] = process.argv.slice(2);
const stream = await connect(contender, root, wire as Wire);
let opened = 0;
let over: string | undefined;

/** Begins a stream and resolves when its first text has come; the server then keeps it waiting. */
function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (how: unknown): void => {
      over ??= how instanceof Error ? how.message : 'it has ended';
      reject(new Error(over));
    };
    stream(`Question ${(opened += 1)}: is anybody there?`, () => resolve()).then(end, end);
  });
}

async function openUpTo(count: number): Promise<void> {
  const oneAfterTheOther = async (): Promise<void> => {
    while (opened < count) await open();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, oneAfterTheOther));
}

const pause = (span: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, span));

/** What is in use when all that can go has gone. */
async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let round = 0; round < 3; round += 1) {
    await pause(100);
    globalThis.gc!();
  }
  return process.memoryUsage();
}

// What is loaded and compiled by the first streams is not theirs.
const FIRST = 100;
await openUpTo(FIRST);
const before = await settled();
const sample: Record<string, number> = {};
for (const level of levels) {
  await openUpTo(FIRST + Number(level));
  const { rss, heapUsed, external } = await settled();
  if (over !== undefined) throw new Error(`a stream did not stay open: ${over}`);
  sample[`rss${level}`] = rss / 1e6;
  sample[`heap${level}`] = heapUsed / 1e6;
  sample[`each${level}`] = (heapUsed - before.heapUsed) / Number(level) / 1000;
  sample[`external${level}`] = (external - before.external) / Number(level) / 1000;
}
report(sample);
