import { fork } from 'node:child_process';
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
  const { program, args = [], nodeOptions = [], timeout = 120_000 } = task;
  // The caller's NODE_OPTIONS (a profiler, a hook) would be measured along.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(fileURLToPath(program), args, {
    execPath: process.execPath,
    execArgv: [...nodeOptions],
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  let complaint = '';
  child.stderr?.on('data', (data: Buffer) => (complaint = (complaint + String(data)).slice(-4000)));
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Error(`did not end within ${timeout / 1000} s`));
  }, timeout);
  child.once('message', (message) => resolve(message as Result));
  child.once('error', reject);
  child.once('close', (code) => {
    clearTimeout(timer);
    reject(new Error(reasonIn(complaint) ?? `ended with code ${code} and no result`));
  });
  return promise;
}

/** Hands the result to the parent and ends this process. */
export function report(result: unknown): void {
  process.send?.(result, () => process.exit(0));
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The line of a stack trace that says what is wrong, without where this checkout lies. */
function reasonIn(complaint: string): string | undefined {
  const lines = complaint.replaceAll(root, '').split('\n');
  return lines.find((line) => /^\S*Error\b/.test(line)) ?? lines.find((line) => line.trim() !== '');
}
