import { throwError } from 'rxjs';

/** Reports an error that must not end a call, where RxJS reports errors that nobody handles. */
export function reportAside(error: unknown): void {
  throwError(() => error).subscribe();
}
