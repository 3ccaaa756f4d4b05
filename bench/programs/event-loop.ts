import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connect, type Wire } from '../contenders/catalog.ts';
import { report } from '../harness/child.ts';
import { textOf } from '../server/text.ts';
import { cpuTime, streamChecked } from './stream-checked.ts';

/** Streams begin one by one within this time, so that their tokens don't come all at once. */
const OPENING = 1000;
const WARM_UP = 1000;
const MEASURED = 3000;

const [contender = '', wire = '', root = '', streams = '', tokens = ''] = process.argv.slice(2);
const stream = await connect(contender, root, wire as Wire);
const expected = textOf(Number(tokens)).length;
const pause = (span: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, span));

async function streamOne(_: unknown, index: number): Promise<void> {
  await pause((index * OPENING) / Number(streams));
  await streamChecked(stream, expected);
}

const answers = Promise.all(Array.from({ length: Number(streams) }, streamOne));
await pause(OPENING + WARM_UP);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const [cpu, wall] = [cpuTime(), performance.now()];
await pause(MEASURED);
delay.disable();
const busy = (cpuTime() - cpu) / 1000 / (performance.now() - wall);
await answers;
report({
  p50: delay.percentile(50) / 1e6,
  p99: delay.percentile(99) / 1e6,
  worst: delay.max / 1e6,
  cpu: busy * 100,
});
