import { Observable, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { isKeepAlive } from '../event/chat-event';
import { Commitment, isNotice } from './commit';
import { operate } from './operate';
import { SteadyClock } from './steady-clock';

/** What ran out. */
export type Limit = 'connect' | 'firstToken' | 'idle' | 'total';

/** The limits of one stream. */
export interface WatchdogOptions {
  /** The longest time to the first sign of the server, in milliseconds. */
  readonly connect?: number | undefined;
  /** The longest time to the first output, in milliseconds. */
  readonly firstToken?: number | undefined;
  /** Whether the first output may take any time after all. */
  readonly lifted?: (() => boolean) | undefined;
  /** Called with what comes until then. */
  readonly hear?: ((value: unknown) => void) | undefined;
  /**
   * The longest time between two events, in milliseconds. Where `firstToken` is given, it alone
   * rules until the first output.
   */
  readonly idle?: number | undefined;
  /** When the stream must have ended, on the scheduler's clock. */
  readonly deadline?: number | undefined;
  /** Whether keep-alives end here. */
  readonly swallows?: boolean | undefined;
  readonly scheduler: SchedulerLike;
  /** Makes the error for the limit that has run out. */
  readonly error: (limit: Limit, hasOutput: boolean) => unknown;
}

// Shares of time are fractions of a millisecond, which no timer keeps.
const HAIR = 1e-5;

/**
 * Ends a stream that breaks one of its limits. It has one timer, which a value doesn't touch:
 * when it fires, it looks at what has happened and waits on, or gives up.
 */
export function watchdog<T>(options: WatchdogOptions): MonoTypeOperatorFunction<T> {
  const { connect = Infinity, firstToken = Infinity, idle = Infinity } = options;
  const { deadline = Infinity, lifted = () => false, swallows = false, scheduler } = options;

  return (source) =>
    new Observable((destination) => {
      const clock = new SteadyClock(scheduler);
      const begun = clock.time;
      const end = begun + deadline - scheduler.now();
      const committed = new Commitment();
      let alive = false;
      let hasOutput = false;
      let last = begun;

      const nextLimit = (): readonly [limit: Limit, at: number] => {
        const limits: (readonly [Limit, number])[] = [
          ['total', end],
          ['connect', alive ? Infinity : begun + connect],
          ['firstToken', hasOutput || lifted() ? Infinity : begun + firstToken],
          ['idle', hasOutput || firstToken === Infinity ? last + idle : Infinity],
        ];
        return limits.reduce((first, limit) => (limit[1] < first[1] ? limit : first));
      };

      const wait = (): void => {
        const [limit, at] = nextLimit();
        if (at === Infinity) return;
        if (at <= clock.time + HAIR) {
          destination.error(options.error(limit, hasOutput));
          return;
        }
        const timer = clock.at(at, () => {
          destination.remove(timer);
          wait();
        });
        destination.add(timer);
      };

      wait();
      if (destination.closed) return;
      source.subscribe(
        operate<T, T>(destination, {
          next: (value) => {
            if (idle !== Infinity) last = clock.time;
            if (!hasOutput) {
              options.hear?.(value);
              committed.add(value);
              hasOutput = committed.made;
              alive ||= hasOutput || isFromServer(value);
            }
            if (!swallows || !isKeepAlive(value)) destination.next(value);
          },
        }),
      );
    });
}

// What a pipeline says of itself tells nothing about the server.
function isFromServer(value: unknown): boolean {
  const { type } = (value ?? {}) as { type?: unknown };
  return isKeepAlive(value) || !(isNotice(value) || type === 'retract');
}
