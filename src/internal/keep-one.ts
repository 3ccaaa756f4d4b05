import { NEVER, type Subscriber } from 'rxjs';

const kept = new WeakMap<object, unknown>();

/**
 * Keeps one idle object of each class that calls are made of, for as long as its owner exists.
 *
 * V8 holds the shapes of objects weakly. When it collects all garbage while no call is under way, as
 * it does in a process that idles, it would forget those of ours, and with them all code that was
 * optimised for them: the next thousands of calls would take several times as long.
 *
 * @param owner - The class; or whose objects they are, where they know something of it.
 * @param make - Makes the objects, with a reader that never hears of anything to tie them to, and
 * with nothing in place of what is a user's. They must have what each has from its beginning.
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
