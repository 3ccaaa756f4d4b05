import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** How a program ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. */
export interface Program {
  interrupt(): void;
  /** Types what a terminal would send. */
  type(text: string): void;
  /** Resolves when its output shows it, and rejects when it never will. */
  shows(pattern: RegExp): Promise<void>;
  /** Resolves when nobody holds its output any more, its own children included. */
  readonly ended: Promise<Ended>;
}

/**
 * Starts a program at the root of the repository, with nothing of the environment of the
 * tests, which may hold keys. It doesn't outlive the test.
 */
export function startProgram(
  [command = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(command, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], TERM: 'xterm', NO_COLOR: '1', ...environment },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
  return {
    ended,
    interrupt: () => void child.kill('SIGINT'),
    type: (text) => void child.stdin.write(text),
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(stdout)) resolve();
        };
        child.stdout.on('data', look);
        look();
        void ended.then(() => {
          reject(new Error(`it never showed ${String(pattern)}:\n${stdout}${stderr}`));
        });
      }),
  };
}
