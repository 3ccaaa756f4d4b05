import { asyncScheduler, defer, Observable, type SchedulerLike, tap } from 'rxjs';
import { classify } from '../error/classify';
import type { ChatEvent } from '../event/chat-event';
import type { StreamPolicy } from '../handler';
import { Commitment } from '../internal/commit';
import { checkFunction, checkNumber, checkOneOf } from '../internal/options';
import { byContext } from '../internal/priority';
import { Slots, type SlotsState } from '../internal/slots';
import { streamPolicy } from '../internal/stream-policy';
import type { ChatRequest } from '../request/chat-request';
import { AimdLimit, type LearningLimit, type LimitSample } from './state/aimd-limit';
import { GradientLimit } from './state/gradient-limit';

/** Options for {@link adaptConcurrency}. */
export interface AdaptConcurrencyOptions {
  /**
   * How the limit learns. `'gradient2'` keeps the time to the first token near the usual one;
   * `'aimd'` grows until the server is overloaded, and then backs off.
   *
   * @defaultValue `'gradient2'`
   */
  readonly algorithm?: 'gradient2' | 'aimd' | undefined;
  /**
   * The limit to begin with.
   *
   * @defaultValue `10`, within `min` and `max`
   */
  readonly initial?: number | undefined;
  /**
   * The lowest limit.
   *
   * @defaultValue `1`
   */
  readonly min?: number | undefined;
  /**
   * The highest limit.
   *
   * @defaultValue `200`
   */
  readonly max?: number | undefined;
  /**
   * The most calls that wait; a further one fails with `queue-full`.
   *
   * @defaultValue `1000`
   */
  readonly queue?: number | undefined;
  /**
   * Who goes first among those who wait: higher numbers before lower ones.
   *
   * @defaultValue the request's `context.priority`, or 0
   */
  readonly priority?: ((request: ChatRequest) => number) | undefined;
  /**
   * The clock to use.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The state of an {@link adaptConcurrency} instance. */
export interface AdaptiveState extends SlotsState {
  /** The most calls that may run now. */
  readonly limit: number;
}

/** An {@link adaptConcurrency} instance: a policy, an operator, and its state. */
export interface AdaptiveLimit<T = ChatEvent> extends StreamPolicy<T> {
  /** The state now, and whenever it changes. */
  readonly state$: Observable<AdaptiveState>;
}

/**
 * Lets as many calls run at once as the server can take, and finds out how many that is.
 *
 * ```text
 * call 1 S-aF|
 * call 2   S-bF|
 * call 3     S-cF|
 * first  S-aF|
 * second w-S-bF|
 * third  x---S-cF|
 *        initial: 1, which the first token makes 2
 * ```
 *
 * It learns from the time to the first token, which tells the load of the server, where the
 * time to the end tells the length of the answer; and from overload: `rate-limited`,
 * `overloaded` and `timed-out` errors. Calls that are left, and other errors, teach it nothing.
 * Otherwise it is a `limitConcurrency`: a call holds its place as long as its stream lives.
 *
 * @param options - See {@link AdaptConcurrencyOptions}.
 * @returns A policy that is also an operator, with `state$`.
 * Errors: `queue-full` when `queue` calls wait already.
 *
 * @example
 * ```ts
 * const limit = adaptConcurrency({ max: 64 });
 * const ask = compose(openai({ model: 'gpt-5-mini' }), limit, retryBackoff());
 * limit.state$.subscribe(({ limit, active }) => gauge(limit, active));
 * ```
 */
export function adaptConcurrency<T = ChatEvent>(
  options: AdaptConcurrencyOptions = {},
): AdaptiveLimit<T> {
  const { algorithm = 'gradient2', min = 1, max = 200, queue = 1000 } = options;
  const { initial = Math.min(max, Math.max(min, 10)), priority = byContext } = options;
  const { scheduler = asyncScheduler } = options;
  checkOneOf('adaptConcurrency', 'algorithm', algorithm, ['gradient2', 'aimd']);
  checkNumber('adaptConcurrency', 'min', min, { min: 1 });
  checkNumber('adaptConcurrency', 'max', max, { min });
  checkNumber('adaptConcurrency', 'initial', initial, { min, max });
  checkNumber('adaptConcurrency', 'queue', queue, { integer: true });
  checkFunction('adaptConcurrency', 'priority', priority);
  const bounds = { min, max, initial };
  const learning: LearningLimit =
    algorithm === 'aimd' ? new AimdLimit(bounds) : new GradientLimit(bounds);
  const limit = (): number => Math.floor(learning.limit);
  const slots = new Slots({
    policy: 'adaptConcurrency',
    limit,
    queue: () => queue,
    advice: 'raise max or queue',
    priority,
  });

  const learn = (teach: () => void): void => {
    const before = limit();
    teach();
    if (limit() !== before) slots.changed();
  };

  const measured = (source: Observable<T>): Observable<T> =>
    defer(() => {
      const startedAt = scheduler.now();
      const { round } = learning;
      const committed = new Commitment();
      const sample = (): LimitSample => ({ round, inFlight: slots.active });
      return source.pipe(
        tap({
          next: (value) => {
            if (committed.made) return;
            committed.add(value);
            if (!committed.made) return;
            const time = Math.max(0, scheduler.now() - startedAt);
            learn(() => {
              learning.answered(sample(), time);
            });
          },
          error: (cause: unknown) => {
            if (!overloads.has(classify({ cause }).kind)) return;
            learn(() => {
              learning.overloaded(sample());
            });
          },
        }),
      );
    });

  const policy = streamPolicy<T>((call, destination) => {
    const source = new Observable<T>((subscriber) => {
      call.subscribe(subscriber);
    });
    slots.hold(call, destination, measured(source));
  });
  const state$ = slots.watch((state) => ({ ...state, limit: limit() }));
  return Object.assign(policy, { state$ });
}

const overloads: ReadonlySet<string> = new Set(['rate-limited', 'overloaded', 'timed-out']);
