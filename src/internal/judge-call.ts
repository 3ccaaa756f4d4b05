import type { Observable, Subscriber } from 'rxjs';
import { classify } from '../error/classify';
import { isFinish } from '../event/chat-event';
import { Commitment } from './commit';
import { operate } from './operate';
import type { SteadyClock } from './steady-clock';

/** What a call tells of who answered it. */
export interface Verdict {
  readonly failed: boolean;
  /** From subscribe to the first output, or to the end where there was none; in milliseconds. */
  readonly latency: number;
}

/** Who judges a call. */
export interface Judge {
  readonly clock: SteadyClock;
  /**
   * Whether an error speaks against who answered; one that does not says nothing at all.
   *
   * @defaultValue whether {@link classify} calls it the fault of the provider
   */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
  /** Called when the first output comes, with the time that it took in milliseconds. */
  readonly hear?: (latency: number) => void;
  /** Called once, before the consumer hears of the end; without a verdict when there is none. */
  readonly settle: (verdict?: Verdict) => void;
}

/**
 * Forwards a call and judges it when it ends. A `finish` is the end: who leaves after it
 * has got the whole answer, who leaves before it leaves no verdict.
 */
export function judgeCall<T>(
  source: Observable<T>,
  destination: Subscriber<T>,
  { clock, isFailure = isProviderFault, hear, settle }: Judge,
): void {
  const startedAt = clock.time;
  const committed = new Commitment();
  let latency: number | undefined;
  let running = true;
  const elapsed = (): number => clock.time - startedAt;
  const end = (failed?: boolean): void => {
    if (!running) return;
    running = false;
    settle(failed === undefined ? undefined : { failed, latency: latency ?? elapsed() });
  };

  destination.add(() => {
    end();
  });
  if (destination.closed) return;
  source.subscribe(
    operate<T, T>(destination, {
      next: (value) => {
        if (latency === undefined) {
          committed.add(value);
          if (committed.made) {
            latency = elapsed();
            hear?.(latency);
          }
        }
        if (isFinish(value)) end(false);
        destination.next(value);
      },
      error: (error) => {
        end(isFailure(error) || undefined);
        destination.error(error);
      },
      complete: () => {
        end(false);
        destination.complete();
      },
    }),
  );
}

function isProviderFault(error: unknown): boolean {
  return classify({ cause: error }).providerFault;
}
