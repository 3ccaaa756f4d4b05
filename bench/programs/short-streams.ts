import { connect, type Wire } from '../contenders/catalog.ts';
import { reportWhenAsked } from '../harness/child.ts';
import { textOf } from '../server/text.ts';
import { cpuTime, streamChecked } from './stream-checked.ts';

const [contender = '', wire = '', root = '', tokens = '', ...levels] = process.argv.slice(2);
const expected = textOf(Number(tokens)).length;
const stream = await connect(contender, root, wire as Wire);

/** Keeps so many requests running for so long, each followed by the next, and counts them. */
async function load(concurrency: number, milliseconds: number): Promise<number> {
  const end = performance.now() + milliseconds;
  let requests = 0;
  const oneAfterTheOther = async (): Promise<void> => {
    do {
      await streamChecked(stream, expected);
      requests += 1;
    } while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: concurrency }, oneAfterTheOther));
  return requests;
}

// Long enough for the compiler to be done with the code that all levels share.
await load(32, 8_000);
reportWhenAsked(async () => {
  const sample: Record<string, number> = {};
  for (const level of levels) {
    // For the connections to be there.
    await load(Number(level), 50);
    const [cpu, wall] = [cpuTime(), performance.now()];
    const requests = await load(Number(level), 250);
    sample[`rate${level}`] = (requests * 1000) / (performance.now() - wall);
    sample[`cpu${level}`] = (cpuTime() - cpu) / requests;
  }
  return sample;
});
