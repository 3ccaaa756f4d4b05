import { setTimeout as sleep } from 'node:timers/promises';
import { openai, prompt } from 'rxllm';
import { httpTransport, type HttpTransport } from 'rxllm/node';
import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';
import type { FaultServer } from './upstream';

/** What a test is given. */
export interface Setting {
  readonly seed: number;
  readonly server: FaultServer;
  /** Runs only the cells of S9 whose name contains this. */
  readonly cell?: string | undefined;
  /** How long an attempt of S9 may be silent, in milliseconds: more on a busy machine. */
  readonly idle?: number | undefined;
}

/** What a test has found. */
export interface Report {
  /** Counts and figures for its line. */
  readonly figures: Readonly<Record<string, string | number>>;
  /** What fell short; empty for a pass. */
  readonly failures: readonly string[];
}

/** One line of the scoreboard. */
export interface FaultTest {
  readonly id: string;
  readonly title: string;
  readonly run: (setting: Setting) => Promise<Report>;
}

/** Gathers what falls short. */
export class Findings {
  readonly failures: string[] = [];

  /** Notes a failure unless the condition holds. */
  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.failures.push(otherwise);
  }
}

/** Runs a task for each item, so many at once; the results are in order of completion. */
export function runAll<T, R>(
  items: Iterable<T>,
  atOnce: number,
  task: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  return lastValueFrom(from(items).pipe(mergeMap(task, atOnce), toArray()));
}

/** Waits until a condition holds; `false` when it doesn't within the time. */
async function becomes(
  condition: () => boolean | Promise<boolean>,
  within = 1000,
): Promise<boolean> {
  const deadline = performance.now() + within;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await sleep(5);
  }
  return true;
}

/** The timers and sockets that this process keeps. */
function resources(): { readonly timers: number; readonly sockets: number } {
  const names = process.getActiveResourcesInfo();
  const count = (name: string): number => names.filter((one) => one === name).length;
  return { timers: count('Timeout'), sockets: count('TCPSocketWrap') };
}

/** Runs work with a transport of its own, and sees that nothing is left of it (G4). */
export async function leavingNothing(
  { server }: Setting,
  findings: Findings,
  work: (transport: HttpTransport) => Promise<void>,
  options: Parameters<typeof httpTransport>[0] = {},
): Promise<void> {
  const before = resources();
  const transport = httpTransport(options);
  // The first call loads undici, which takes longer than some deadlines.
  const baseURL = server.urlOf({ nonce: 'warm' });
  await lastValueFrom(openai({ model: 'any', apiKey: '', baseURL, transport })(prompt('?')));
  await work(transport);
  const idle = await becomes(async () => (await server.state()).open === 0);
  findings.expect(idle, `G4: ${String((await server.state()).open)} calls are open at the server`);
  const closing = transport.close().then(() => true);
  const ended = await Promise.race([closing, sleep(2000, false, { ref: false })]);
  findings.expect(ended, 'G4: close() hangs: a connection was never given back');
  const closed = await becomes(async () => (await server.state()).sockets === 0);
  findings.expect(closed, `G4: ${String((await server.state()).sockets)} sockets after close()`);
  const freed = await becomes(() => {
    const now = resources();
    return now.timers <= before.timers && now.sockets <= before.sockets;
  });
  findings.expect(freed, `G4: resources ${JSON.stringify({ before, after: resources() })}`);
}

/** A number for people. */
export function thousands(count: number): string {
  return count.toLocaleString('en-US');
}

/** The value that a share of the values lies below. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
