import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { baseURLOf, type Plan } from './plan';
import type { LogEntry, Question, ServerState } from './server';

const program = fileURLToPath(new URL('server.ts', import.meta.url));

/** Where nobody listens. */
const REFUSED = 'http://127.0.0.1:1';

/** The fault server, as seen from the process of the tests. */
export interface FaultServer {
  /** The base URL of a plan; a fault that strikes at `connect` has a port of its own. */
  urlOf(plan: Plan): string;
  state(): Promise<ServerState>;
  /** The requests of all logs whose name begins so. */
  log(prefix: string): Promise<readonly (readonly [name: string, entries: readonly LogEntry[]])[]>;
  close(): Promise<void>;
}

/** Starts the fault server. */
export async function startFaultServer(): Promise<FaultServer> {
  const child = fork(program, [], { execArgv: ['--import', 'tsx'] });
  const [{ origins }] = (await once(child, 'message')) as [
    { readonly origins: Readonly<Record<string, string>> },
  ];
  const waiting = new Map<number, (answer: unknown) => void>();
  child.on('message', ({ id, answer }: { readonly id: number; readonly answer: unknown }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  let asked = 0;
  const ask = (question: Omit<Question, 'id'>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = (asked += 1);
      waiting.set(id, resolve);
      if (!child.connected) reject(new Error('the fault server is gone'));
      else child.send({ id, ...question });
    });
  return {
    urlOf: (plan) => {
      if (plan.at !== 'connect' || plan.fault === undefined) return baseURLOf(origins['']!, plan);
      return plan.fault === 'refused' ? REFUSED : baseURLOf(origins[plan.fault]!, plan);
    },
    state: () => ask({ ask: 'state' }) as Promise<ServerState>,
    log: (prefix) =>
      ask({ ask: 'log', prefix } as Omit<Question, 'id'>) as ReturnType<FaultServer['log']>,
    close: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
