import { throwError } from 'rxjs';

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
