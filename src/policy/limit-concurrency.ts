import { Observable, Subject, map, startWith } from 'rxjs';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import type { StreamPolicy } from '../handler';
import { operate } from '../internal/operate';
import { checkFunction, checkNumber } from '../internal/options';
import { streamPolicy } from '../internal/stream-policy';
import type { ChatRequest } from '../request/schema';
import { WaitQueue, type Place } from './state/wait-queue';

/** Options for {@link limitConcurrency}. */
export interface LimitConcurrencyOptions {
  /** The most calls that run at once. */
  readonly max: number;
  /**
   * The most calls that wait; a further one fails with `queue-full`.
   *
   * @defaultValue `1000`
   */
  readonly queue?: number | undefined;
  /**
   * Who goes first among those who wait: higher numbers before lower ones, equal ones in
   * the order of their coming. Asked per request; a plain Observable has priority 0.
   *
   * @defaultValue the request's `context.priority`, or 0
   */
  readonly priority?: ((request: ChatRequest) => number) | undefined;
}

/** The state of a {@link limitConcurrency} instance. */
export interface ConcurrencyState {
  /** How many calls run. */
  readonly active: number;
  /** How many calls wait. */
  readonly waiting: number;
  readonly max: number;
}

/** A {@link limitConcurrency} instance: a policy, an operator, and its state. */
export interface ConcurrencyLimit<T = ChatEvent> extends StreamPolicy<T> {
  /** The state now, and whenever it changes. */
  readonly state$: Observable<ConcurrencyState>;
}

/**
 * Lets at most `max` calls run at once; the others wait their turn.
 *
 * ```text
 * call 1 S-a-bF|
 * call 2       S-cF|
 * first  S-a-bF|
 * second w-----S-cF|
 * ```
 *
 * A call holds its place from subscribe until it has completed, failed or been
 * unsubscribed: as long as its stream lives, not just until the first byte. Unlike the
 * limit of `mergeMap`, the limit is one for all who use the instance, the queue is
 * bounded, and who waits may leave.
 *
 * @param options - See {@link LimitConcurrencyOptions}.
 * @returns A policy that is also an operator, with `state$`.
 * Errors: `queue-full` when `queue` calls wait already.
 *
 * @example
 * ```ts
 * const limit = limitConcurrency({ max: 32 });
 * const ask = compose(openai({ model: 'gpt-5-mini' }), limit);
 * limit.state$.subscribe(({ active, waiting }) => gauge(active, waiting));
 * ```
 */
export function limitConcurrency<T = ChatEvent>(
  options: LimitConcurrencyOptions,
): ConcurrencyLimit<T> {
  const { max, queue = 1000, priority = (request) => request.context?.priority ?? 0 } = options;
  checkNumber('limitConcurrency', 'max', max, { min: 1, integer: true });
  checkNumber('limitConcurrency', 'queue', queue, { integer: true });
  checkFunction('limitConcurrency', 'priority', priority);
  const waiting = new WaitQueue<() => void>();
  const changes = new Subject<void>();
  let active = 0;
  let granting = false;

  const release = (): void => {
    active -= 1;
    grant();
    changes.next();
  };

  // A loop, not recursion: a granted call may end, and so release, before `start` returns.
  const grant = (): void => {
    if (granting) return;
    granting = true;
    while (active < max) {
      const start = waiting.take();
      if (!start) break;
      start();
    }
    granting = false;
  };

  const policy = streamPolicy<T>(
    (source, { request, chat }) =>
      new Observable((destination) => {
        const rank = request == null ? 0 : priority(request as ChatRequest);
        checkNumber('limitConcurrency', 'priority', rank, { min: -Infinity });
        let held = false;
        let place: Place<() => void> | undefined;
        const settle = (): void => {
          if (!held) return;
          held = false;
          release();
        };

        // Settled at the end itself as well, so that who hears of the end finds a free place.
        const observer = {
          next: (value: T): void => {
            destination.next(value);
          },
          error: (error: unknown): void => {
            settle();
            destination.error(error);
          },
          complete: (): void => {
            settle();
            destination.complete();
          },
        };
        const start = (): void => {
          held = true;
          place = undefined;
          active += 1;
          changes.next();
          // Who watches the state may have ended the call.
          if (destination.closed) return;
          try {
            source.subscribe(operate(destination, observer));
          } catch (thrown) {
            // A teardown that throws is no business of the call that made way for this one.
            destination.error(thrown);
          }
        };

        destination.add(() => {
          settle();
          if (!place) return;
          place.leave();
          changes.next();
        });
        if (active < max && waiting.size === 0) {
          start();
          return;
        }
        if (waiting.size >= queue) throw queueFull(max, queue);
        const ahead = waiting.ahead(rank);
        place = waiting.join(start, rank);
        changes.next();
        if (chat) destination.next({ type: 'wait', by: 'limitConcurrency', ahead } as T);
      }),
  );

  const state$ = changes.pipe(
    startWith(undefined),
    map(() => ({ active, waiting: waiting.size, max })),
  );
  return Object.assign(policy, { state$ });
}

function queueFull(max: number, queue: number): LlmError {
  return new LlmError(
    `limitConcurrency: ${String(max)} calls run and ${String(queue)} wait; ` +
      'ask again later, or raise max or queue',
    { kind: 'queue-full' },
  );
}
