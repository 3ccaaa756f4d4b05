import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A program that measures one thing once, in a process of its own. */
export interface Task {
  readonly program: URL;
  readonly args?: readonly string[];
  /** Options of Node itself, such as `--expose-gc`. */
  readonly nodeOptions?: readonly string[];
  /** In milliseconds. @defaultValue `120_000` */
  readonly timeout?: number;
}

/** Runs the program on this very Node and returns what it hands to {@link report}. */
export function runChild<Result>(task: Task): Promise<Result> {
  return startChild<Result>(task).next();
}

/** A program that measures the same thing each time that it is asked. */
export interface Meter<Result> {
  sample(): Promise<Result>;
  end(): void;
}

/** Starts a program that calls {@link reportWhenAsked}, and waits until it is warm. */
export async function startMeter<Result>(task: Task): Promise<Meter<Result>> {
  const { child, next } = startChild<Result>(task);
  await next();
  const sample = (): Promise<Result> => {
    child.send('sample');
    return next();
  };
  return { sample, end: () => child.kill('SIGKILL') };
}

interface Child<Result> {
  readonly child: ChildProcess;
  /** What it says next. */
  readonly next: () => Promise<Result>;
}

function startChild<Result>(task: Task): Child<Result> {
  const { program, args = [], nodeOptions = [], timeout = 120_000 } = task;
  // The caller's NODE_OPTIONS (a profiler, a hook) would be measured along.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(fileURLToPath(program), args, {
    execPath: process.execPath,
    execArgv: [...nodeOptions],
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.on('data', (data: Buffer) => (complaint = (complaint + String(data)).slice(-4000)));
  const next = (): Promise<Result> => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`did not answer within ${timeout / 1000} s`));
    }, timeout);
    const ended = (code: number | null): void =>
      reject(new Error(reasonIn(complaint) ?? `ended with code ${code} and no result`));
    const heard = resolve as (message: unknown) => void;
    child.once('message', heard);
    child.once('error', reject);
    child.once('close', ended);
    return promise.finally(() => {
      clearTimeout(timer);
      child.off('message', heard).off('error', reject).off('close', ended);
    });
  };
  return { child, next };
}

/** Hands the result to the parent and ends this process. */
export function report(result: unknown): void {
  process.send?.(result, () => process.exit(0));
}

/** Says that all is warm, then measures each time that the parent asks, until it ends. */
export function reportWhenAsked(measure: () => Promise<unknown>): void {
  process.on('message', async () => process.send?.(await measure()));
  process.once('disconnect', () => process.exit(0));
  process.send?.('warm');
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The line of a stack trace that says what is wrong, without where this checkout lies. */
function reasonIn(complaint: string): string | undefined {
  const lines = complaint.replaceAll(root, '').split('\n');
  return lines.find((line) => /^\S*Error\b/.test(line)) ?? lines.find((line) => line.trim() !== '');
}
