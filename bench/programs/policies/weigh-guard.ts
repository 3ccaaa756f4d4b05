import { calls, heldCalls, type Guard, type Run } from './guard.ts';

const FIRST = 100;
const HELD = 1000;

/**
 * Bytes of heap that a guard adds to a call that has begun to answer and goes on. There is nothing
 * to weigh where several calls share one.
 */
export async function weighGuard({ bare, guarded }: Guard): Promise<{ readonly held?: number }> {
  calls.held = true;
  const [alone, both] = [await weigh(bare), await weigh(guarded)];
  return alone === undefined || both === undefined ? {} : { held: both - alone };
}

async function weigh(run: Run): Promise<number | undefined> {
  const kept: unknown[] = [];
  const hold = (count: number): void => {
    for (let index = 0; index < count; index += 1) kept.push(run(1));
  };
  hold(FIRST);
  const before = await settledHeap();
  const begun = heldCalls();
  hold(HELD);
  const after = await settledHeap();
  return heldCalls() - begun === HELD ? (after - before) / HELD : undefined;
}

async function settledHeap(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    globalThis.gc!();
  }
  return process.memoryUsage().heapUsed;
}
