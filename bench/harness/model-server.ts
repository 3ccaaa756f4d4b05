import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nameOf, type Scenario } from '../server/scenario.ts';

export interface ModelServer {
  /** The URL that `/v1` follows, of an answer that comes in the given way. */
  root(scenario: Scenario): string;
  close(): void;
}

/** Starts the model server in a process of its own. */
export async function startModelServer(): Promise<ModelServer> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(fileURLToPath(new URL('../server/main.ts', import.meta.url)), { env });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(message as number));
    child.once('exit', (code) => reject(new Error(`the model server ended with code ${code}`)));
  });
  return {
    root: (scenario) => `http://127.0.0.1:${port}/s/${nameOf(scenario)}`,
    close: () => child.disconnect(),
  };
}
