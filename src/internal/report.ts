import { throwError, type Subscriber } from 'rxjs';
import type { Source } from './call';

/** Reports an error that must not end a call, where RxJS reports errors that nobody handles. */
export function reportAside(error: unknown): void {
  throwError(() => error).subscribe();
}

/** Does for one of many what must be done for the others, too, whatever it throws. */
export function runAside(work: () => void): void {
  try {
    work();
  } catch (thrown) {
    reportAside(thrown);
  }
}

/**
 * Subscribes to the source of a call that others have made way for: what a teardown of it throws is
 * no business of theirs.
 */
export function subscribeAside<T>(
  source: Source<T>,
  reader: Subscriber<T>,
  out: Subscriber<T>,
): void {
  try {
    source.subscribe(reader);
  } catch (thrown) {
    runAside(() => {
      out.error(thrown);
    });
  }
}
