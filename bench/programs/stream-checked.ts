import type { Stream } from '../contenders/catalog.ts';

let asked = 0;

/** Asks something new and fails unless as much text comes back as the server has sent. */
export async function streamChecked(stream: Stream, expected: number): Promise<void> {
  let length = 0;
  await stream(`Question ${(asked += 1)}: what comes after this?`, (text) => {
    length += text.length;
  });
  if (length !== expected) throw new Error(`got ${length} of ${expected} characters`);
}

/** The CPU time of all threads of this process, in microseconds. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
