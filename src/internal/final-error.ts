import type { Subscriber } from 'rxjs';

// Holds an error only while it travels down the chain, so that an error object that
// occurs again in another call is not taken for final there.
const final = new WeakSet();

/** Forwards an error that has used up its retries, so that outer layers don't retry it again. */
export function forwardAsFinal(destination: Subscriber<unknown>, error: unknown): void {
  const marked = typeof error === 'object' && error !== null && !final.has(error);
  if (marked) final.add(error);
  try {
    destination.error(error);
  } finally {
    if (marked) final.delete(error);
  }
}

/** Tells whether a layer nearer to the wire has already done what retries could do. */
export function isFinal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && final.has(error);
}
