/** Makes one call whose answer has so many deltas; gives the length of the text that came. */
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

/** The length of the text of an answer with so many deltas. */
export function lengthOf(deltas: number): number {
  return deltas * TOKEN.length;
}

/** The promise that peers guard: it is there at once, so that nothing but the guard costs. */
export const call = (): Promise<string> => Promise.resolve(ANSWER);

/** A guard of a promise, which knows nothing of deltas. */
export function promiseGuard(guarded: () => Promise<string>): Guard {
  const measured = (make: () => Promise<string>): Run => {
    return async () => (await make()).length;
  };
  return { bare: measured(call), guarded: measured(guarded), streams: false };
}
