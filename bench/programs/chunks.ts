import { connect, type Wire } from '../contenders/catalog.ts';
import { reportWhenAsked } from '../harness/child.ts';
import { textOf } from '../server/text.ts';
import { cpuTime, streamChecked } from './stream-checked.ts';

const [contender = '', wire = '', root = '', tokens = ''] = process.argv.slice(2);
const count = Number(tokens);
const expected = textOf(count).length;
const stream = await connect(contender, root, wire as Wire);

/** Streams one answer after the other until so much CPU time is used up, and returns their number. */
async function streamFor(microseconds: number): Promise<number> {
  const end = cpuTime() + microseconds;
  let answers = 0;
  do {
    await streamChecked(stream, expected);
    answers += 1;
  } while (cpuTime() < end);
  return answers;
}

// Long enough for the compiler to be done with the code that a stream runs through.
await streamFor(3_000_000);
reportWhenAsked(async () => {
  // A connection is closed when nobody uses it for long.
  await streamFor(1);
  const [cpu, wall] = [cpuTime(), performance.now()];
  const chunks = (await streamFor(250_000)) * count;
  return {
    cpu: (cpuTime() - cpu) / chunks,
    wall: ((performance.now() - wall) * 1000) / chunks,
  };
});
