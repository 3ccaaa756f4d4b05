/**
 * Makes one call whose answer has so many deltas; gives the length of the text that came, none for
 * a call that is held.
 */
export type Run = (deltas: number) => number | Promise<number>;

/** The same call twice: as it is, and with one policy or wrapper around it. */
export interface Guard {
  readonly bare: Run;
  readonly guarded: Run;
  /** Whether the answer comes in pieces that pass through the guard; else it is one promise. */
  readonly streams: boolean;
}

/** The guards of one library, each made anew in a process of its own. */
export type Library = Readonly<Record<string, () => Guard | Promise<Guard>>>;

/** The text of every delta. */
export const TOKEN = ' token';

/** What a call without deltas answers. */
export const ANSWER = TOKEN.repeat(10);

/** How many calls a guard may have under way, so that it never makes one wait. */
export const ROOM = 100_000;

/** The length of the text of an answer with so many deltas. */
export function lengthOf(deltas: number): number {
  return deltas * TOKEN.length;
}

/** Whether calls begin and never end. */
export const calls = { held: false };

const waiting: unknown[] = [];

/** Keeps something alive, as a socket does. */
export function keep(held: unknown): void {
  waiting.push(held);
}

/** How many calls have begun that never end. */
export function heldCalls(): number {
  return waiting.length;
}

/** A promise that somebody still means to resolve. */
export function never<Value>(): Promise<Value> {
  return new Promise((resolve) => keep(resolve));
}

/** The promise that peers guard: it is there at once, so that nothing but the guard costs. */
export const call = (): Promise<string> => (calls.held ? never() : Promise.resolve(ANSWER));

/** A guard of a promise, which knows nothing of deltas. */
export function promiseGuard(guarded: () => Promise<string>): Guard {
  const measured = (make: () => Promise<string>): Run => {
    return async () => (await make()).length;
  };
  return { bare: measured(call), guarded: measured(guarded), streams: false };
}
