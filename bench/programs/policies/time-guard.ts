import { ANSWER, lengthOf, type Guard, type Run } from './guard.ts';

/** Nanoseconds of CPU that a guard adds. */
export interface Overhead {
  /** To a call, whose answer has ten deltas where it is a stream. */
  readonly call: number;
  /** To each further event; none where the guard sees no events. */
  readonly event?: number;
}

const FEW = 10;
const MANY = 1010;
const WARM_UP = 300;
const BATCH = 25;
const PAIRS = 9;
// As in a server, and so that a guard with timers of its own is not timed while it waits alone.
const AT_ONCE = 16;

/** Times a guard against the bare call, in turns, so that a busy machine slows both. */
export async function timeGuard(guard: Guard): Promise<Overhead> {
  const call = await addedTo(guard, FEW);
  if (!guard.streams) return { call };
  return { call, event: ((await addedTo(guard, MANY)) - call) / (MANY - FEW) };
}

async function addedTo({ bare, guarded, streams }: Guard, deltas: number): Promise<number> {
  const expected = streams ? lengthOf(deltas) : ANSWER.length;
  const bareCalls = await warmUp(bare, deltas, expected);
  const guardedCalls = await warmUp(guarded, deltas, expected);
  const added: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const before = await timeEach(bare, deltas, bareCalls, expected);
    added.push((await timeEach(guarded, deltas, guardedCalls, expected)) - before);
  }
  return added.sort((one, other) => one - other)[PAIRS >> 1]!;
}

/** Calls until the code is compiled; gives how many calls make a batch. */
async function warmUp(run: Run, deltas: number, expected: number): Promise<number> {
  const end = performance.now() + WARM_UP;
  let calls = 1;
  let each = Infinity;
  while (performance.now() < end) {
    const from = performance.now();
    await timeEach(run, deltas, calls, expected);
    each = (performance.now() - from) / calls;
    calls = Math.max(1, Math.min(calls * 2, Math.round(BATCH / each)));
  }
  return Math.max(1, Math.round(BATCH / each));
}

/** Nanoseconds of CPU for each of so many calls. */
async function timeEach(run: Run, deltas: number, calls: number, expected: number) {
  let length = 0;
  const before = process.cpuUsage();
  for (let left = calls; left > 0; left -= AT_ONCE) {
    const answers: (number | Promise<number>)[] = [];
    for (let count = Math.min(left, AT_ONCE); count > 0; count -= 1) answers.push(run(deltas));
    for (const answer of answers) length += typeof answer === 'number' ? answer : await answer;
  }
  const { user, system } = process.cpuUsage(before);
  if (length !== calls * expected) {
    throw new Error(`${String(calls)} answers had ${String(length)} characters of text in all`);
  }
  return ((user + system) * 1000) / calls;
}
