import type { Observable, Subscription } from 'rxjs';

/** All that a subscriber heard. */
export interface Watched<T> {
  readonly values: readonly T[];
  /** How it ended, if it did: an error is told by presence, as it may be `undefined`. */
  readonly end: { readonly error: unknown } | 'complete' | undefined;
  readonly subscription: Subscription;
}

/** Subscribes, and remembers what comes. */
export function watch<T>(source: Observable<T>): Watched<T> {
  const values: T[] = [];
  let end: Watched<T>['end'];
  const subscription = source.subscribe({
    next: (value) => {
      values.push(value);
    },
    error: (error: unknown) => {
      end = { error };
    },
    complete: () => {
      end = 'complete';
    },
  });
  return {
    values,
    subscription,
    get end() {
      return end;
    },
  };
}

/** Chance that can be repeated: numbers from 0 up to 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
