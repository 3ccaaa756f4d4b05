import type { Subscriber } from 'rxjs';

// Set only while an error travels down the chain, which is synchronous. A mark on the error
// itself would outlive that, and an error object may occur again in another call.
let travelling: { readonly error: unknown } | undefined;

/** Forwards an error that has used up its retries, so that outer layers don't retry it again. */
export function forwardAsFinal(destination: Subscriber<unknown>, error: unknown): void {
  within({ error }, () => {
    destination.error(error);
  });
}

/** Tells whether a layer nearer to the wire has already done what retries could do. */
export function isFinal(error: unknown): boolean {
  return travelling !== undefined && Object.is(travelling.error, error);
}

/** Starts an attempt. Who hears of an error may start one while the error still travels. */
export function startAttempt(start: () => void): void {
  within(undefined, start);
}

function within(error: typeof travelling, work: () => void): void {
  const before = travelling;
  travelling = error;
  try {
    work();
  } finally {
    travelling = before;
  }
}
