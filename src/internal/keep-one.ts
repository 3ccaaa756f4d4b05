import { NEVER, type Subscriber } from 'rxjs';

const kept = new WeakMap<object, unknown>();

/**
 * Keeps one idle object of a class of which each call has its own.
 *
 * V8 holds the shapes of objects weakly. When it collects all garbage while no call is under way, as
 * it does in a process that idles, it would forget this one, and with it all code that was optimised
 * for it: without any of ours, the next thousands of calls take several times as long.
 *
 * @param owner - The class, or what stands for it. The object lives as long as this does.
 * @param make - Makes the object, tied to a reader that never hears of anything, and with nothing in
 * place of all that is a user's. A number is a fraction, or infinite, where one of a call may be:
 * that makes another shape.
 */
export function keepOne(
  owner: object,
  make: (reader: Subscriber<never>, nothing: never) => unknown,
): void {
  if (kept.has(owner)) return;
  // A consumer's is of a class that RxJS doesn't export.
  const reader = NEVER.subscribe() as Subscriber<never>;
  kept.set(owner, [reader, make(reader, {} as never)]);
}
