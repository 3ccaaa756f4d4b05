import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import type { StreamPolicy } from '../handler';
import { Alarms } from '../internal/alarms';
import { liftShare } from '../internal/deadline-share';
import { keepOne } from '../internal/keep-one';
import { checkNumber } from '../internal/options';
import { streamPolicy } from '../internal/stream-policy';
import { Watchdog } from '../internal/watchdog';
import type { Writable } from '../internal/writable';
import type { RequestContext } from '../request/chat-request';

/** Options for {@link deadlines}. Each is in milliseconds; one that is left out is not kept. */
export interface DeadlinesOptions {
  /** The longest time until the server shows a first sign: its response begins. */
  readonly connect?: number | undefined;
  /** The longest time until the first output: text, reasoning or a tool call. */
  readonly firstToken?: number | undefined;
  /**
   * The longest time without any event or keep-alive of the server; where `firstToken` is set,
   * from the first output on.
   */
  readonly idle?: number | undefined;
  /**
   * The longest time for all, whatever is tried in it. Retries, `failover` and other policies
   * inside know of it by `context.deadline`, and give each attempt a share of what is left in
   * which to say something. An attempt that waits for its turn on this side keeps to no share, nor
   * to that of its retries where it has a `firstToken` deadline.
   */
  readonly total?: number | undefined;
  /**
   * The clock and timers to use.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Ends a call that takes too long to begin, to speak, to go on, or to end.
 *
 * ```text
 * source    --S--a------b--F|
 * deadlines --S--a----#
 *           idle: 5
 * ```
 *
 * Unlike `timeout({ each })`, it has one timer for all its calls, not one for each value, and tells
 * a slow start from a stall. A server that sends pings, or one byte after the other, keeps no
 * call alive past `firstToken` and `total`; `total` also keeps to a deadline in the request's
 * context, and inner deadlines can't outlast outer ones.
 *
 * Time that steps back stands still; pass a `scheduler` with a monotonic `now` where the wall clock
 * may be put forward or back.
 *
 * @param options - See {@link DeadlinesOptions}.
 * @returns A policy that is also an operator, where the first value counts as output.
 * Errors: `timed-out`, whose `code` is `connect`, `first-token`, `idle` or `total`; the last one is
 * not retried.
 *
 * @example
 * ```ts
 * const ask = compose(
 *   openai({ model: 'gpt-5-mini' }),
 *   deadlines({ connect: 5_000, firstToken: 20_000, idle: 15_000 }),
 *   retryBackoff(),
 *   deadlines({ total: 60_000 }),
 * );
 * ```
 */
export function deadlines<T = ChatEvent>(options: DeadlinesOptions): StreamPolicy<T> {
  const { connect, firstToken, idle, total, scheduler = asyncScheduler } = options;
  for (const [name, value] of Object.entries({ connect, firstToken, idle, total })) {
    if (value !== undefined) checkNumber('deadlines', name, value);
  }

  keepOne(Watchdog, (reader, nothing) => new Watchdog(reader, nothing, nothing, 0));
  const alarms = new Alarms(scheduler);
  const listens = connect !== undefined || idle !== undefined;

  return streamPolicy<T>((call, destination) => {
    const { chat, context } = call;
    if (firstToken !== undefined) liftShare(context);
    const begun = alarms.clock.read();
    const own = total === undefined ? Infinity : begun.now + total;
    const deadline = Math.min(own, context.deadline ?? Infinity);
    const watchdog = new Watchdog(destination, alarms, options, begun.time);
    watchdog.end = begun.time + (deadline - begun.now);
    // An outer deadline that comes first is not the one that was set here.
    watchdog.total = deadline < own ? undefined : total;
    // What comes from elsewhere may mean something else by a keep-alive.
    watchdog.swallows = listens && chat && !context.keepAlives;
    if (deadline === Infinity && !listens) {
      watchdog.watch(call);
      return;
    }
    const within: Writable<RequestContext> = { ...context };
    if (deadline !== Infinity) within.deadline = deadline;
    if (listens) within.keepAlives = true;
    watchdog.watch(call.within(within));
  });
}
