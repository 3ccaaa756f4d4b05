import type { Observable } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import type { StreamPolicy } from '../handler';
import { checkFunction, checkNumber } from '../internal/options';
import { byContext } from '../internal/priority';
import { Setting } from '../internal/setting';
import { Slots, type SlotsState } from '../internal/slots';
import { streamPolicy } from '../internal/stream-policy';
import type { ChatRequest } from '../request/chat-request';

/** Options for {@link limitConcurrency}. */
export interface LimitConcurrencyOptions {
  /** The most calls that run at once; an Observable changes it while calls run and wait. */
  readonly max: number | Observable<number>;
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
export interface ConcurrencyState extends SlotsState {
  /** The most that may run now; 0 as long as an Observable has not said it. */
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
  const { max, queue = 1000, priority = byContext } = options;
  const limit = new Setting('limitConcurrency', 'max', max, { min: 1, integer: true }, () => {
    slots.changed();
  });
  checkNumber('limitConcurrency', 'queue', queue, { integer: true });
  checkFunction('limitConcurrency', 'priority', priority);
  const slots = new Slots({
    policy: 'limitConcurrency',
    limit: () => limit.value,
    queue: () => queue,
    advice: 'raise max or queue',
    priority,
  });

  const policy = streamPolicy<T>((call, destination) => {
    limit.follow(destination);
    slots.hold(call, destination);
  });
  const state$ = slots.watch((state) => ({ ...state, max: limit.current ?? 0 }));
  return Object.assign(policy, { state$ });
}
