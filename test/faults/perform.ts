import { compose, deadlines, prompt, type Handler } from 'rxllm';
import type { HttpTransport } from 'rxllm/node';
import { clientOf } from './client';
import { placeOf } from './faults';
import { hear, type Heard } from './invariants';
import { ATTEMPTS, policyNamed, timesAsked } from './policies';
import { bothStruck, type Cell } from './model';
import type { Plan } from './plan';
import type { Setting } from './run';

const IDLE = 750;

/** More than all attempts of a call take, where each may be silent so long before and behind output. */
export function deadlineOf({ idle = IDLE }: Setting): number {
  return (2 * ATTEMPTS + 1) * idle;
}

/** A run of the matrix: a cell, its place among the runs, and the seed of its chances. */
export interface Run extends Cell {
  readonly name: string;
  readonly index: number;
  readonly seed: number;
}

/** What came of a run. */
export interface Performance {
  readonly run: Run;
  /** The nonces of the attempts that were made, in order. */
  readonly made: readonly string[];
  /** One for each time that it was asked. */
  readonly heard: readonly Heard[];
}

/** The log of a run at the server. */
export function logOf({ index }: Run): string {
  return `s9.${String(index)}.`;
}

/** Makes a run against the fault server. */
export async function perform(
  run: Run,
  setting: Setting,
  transport: HttpTransport,
): Promise<Performance> {
  const { idle = IDLE } = setting;
  const client = clientOf(setting, transport);
  const made: string[] = [];
  const upstream = (name: 'sick' | 'second'): Handler => {
    let attempt = 0;
    const ask = client(() => {
      attempt += 1;
      const nonce = `${String(run.index)}${name}${String(attempt)}`;
      made.push(nonce);
      const struck = name === 'sick' ? attempt <= run.strikes : bothStruck(run);
      return { nonce, log: logOf(run), ...(struck ? strike(run, attempt) : {}) };
    });
    return compose(ask, deadlines({ connect: idle, firstToken: idle, idle }));
  };
  const ask = compose(policyNamed[run.policy](upstream), deadlines({ total: deadlineOf(setting) }));
  const heard: Heard[] = [];
  while (heard.length < timesAsked(run.policy)) heard.push(await hear(ask(prompt('?'))));
  return { run, made, heard };
}

/** The part of the plan that makes it fail. */
function strike({ fault, at, seed }: Run, attempt: number): Partial<Plan> {
  // A server that went down refuses who comes again.
  if (fault.name === 'down' && attempt > 1) return { fault: 'refused', at: 'connect' };
  return { fault: fault.name, at: placeOf(fault, at), seed: seed + attempt };
}
