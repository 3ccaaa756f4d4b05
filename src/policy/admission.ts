import type { Observable, Subscriber, Unsubscribable } from 'rxjs';
import {
  asyncScheduler,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  take,
  tap,
  timer,
  type SchedulerLike,
} from 'rxjs';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import type { StreamPolicy } from '../handler';
import { Bag, type Bagged } from '../internal/bag';
import { Changes } from '../internal/changes';
import { checkFunction, checkNumber, MAX_DELAY } from '../internal/options';
import { byContext } from '../internal/priority';
import { runAside } from '../internal/report';
import { Setting } from '../internal/setting';
import { Slots, type SlotsState } from '../internal/slots';
import { streamPolicy } from '../internal/stream-policy';
import type { ChatRequest } from '../request/chat-request';

/** Options for {@link admission}. */
export interface AdmissionOptions {
  /** The most calls that run at once; an Observable changes it while calls run and wait. */
  readonly maxInFlight: number | Observable<number>;
  /**
   * The most calls that wait; a further one is refused at once.
   *
   * @defaultValue `100`
   */
  readonly maxQueue?: number | Observable<number> | undefined;
  /**
   * The longest that a call waits, in milliseconds, before it is refused.
   *
   * @defaultValue `5_000`
   */
  readonly maxWait?: number | undefined;
  /**
   * Who goes first among those who wait: higher numbers before lower ones.
   *
   * @defaultValue the request's `context.priority`, or 0
   */
  readonly priority?: ((request: ChatRequest) => number) | undefined;
  /**
   * The clock and timers to use.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/** Options for `drain`. */
export interface DrainOptions {
  /**
   * How long calls may still run, in milliseconds; then they are aborted.
   *
   * @defaultValue `30_000`
   */
  readonly timeout?: number | undefined;
}

/** What came of the calls that were under way when a drain began. */
export interface DrainReport {
  /** How many ended by themselves: answered, failed, or left by their callers. */
  readonly completed: number;
  /** How many were aborted. */
  readonly aborted: number;
}

/** The state of an {@link admission} instance. */
export interface AdmissionState extends SlotsState {
  /** Whether new calls are refused because of a drain. */
  readonly draining: boolean;
}

/** An {@link admission} instance: a policy, an operator, its state, and its end. */
export interface Admission<T = ChatEvent> extends StreamPolicy<T> {
  /** The state now, and whenever it changes. */
  readonly state$: Observable<AdmissionState>;
  /**
   * Shuts down: from the subscription on new calls are refused, those under way may end, and the
   * ones that run at the timeout fail with `timed-out`. Emits one report and completes. Who leaves
   * before that stops the timeout; new calls stay refused.
   */
  drain(options?: DrainOptions): Observable<DrainReport>;
}

/**
 * Refuses what is more than can be served in good time, at the edge of a service.
 *
 * ```text
 * call 1 S-a--bF|
 * call 2        S-cF|
 * first  S-a--bF|
 * second w------S-cF|
 * third  #
 * ```
 *
 * Unlike `limitConcurrency`, whose callers wait as long as it takes, it keeps the queue short
 * and the wait bounded: who would be answered too late is told so at once. `drain` ends it in
 * good order when the process has to go.
 *
 * @param options - See {@link AdmissionOptions}.
 * @returns A policy that is also an operator, with `state$` and `drain`.
 * Errors: `queue-full` when too many wait, after `maxWait` (code `max-wait`), and during a
 * drain (code `draining`); `timed-out` (code `draining`) for a call that outlasted the drain.
 *
 * @example
 * ```ts
 * const door = admission({ maxInFlight: 64, maxQueue: 128, maxWait: 2_000 });
 * const ask = compose(openai({ model: 'gpt-5-mini' }), door);
 * const shutDown = () => door.drain({ timeout: 10_000 }).subscribe(({ aborted }) => gauge(aborted));
 * ```
 */
export function admission<T = ChatEvent>(options: AdmissionOptions): Admission<T> {
  const { maxInFlight, maxQueue = 100, maxWait = 5_000, priority = byContext } = options;
  const { scheduler = asyncScheduler } = options;
  const changed = (): void => {
    slots.changed();
  };
  const limit = new Setting(
    'admission',
    'maxInFlight',
    maxInFlight,
    { min: 1, integer: true },
    changed,
  );
  const queue = new Setting('admission', 'maxQueue', maxQueue, { integer: true }, changed);
  checkNumber('admission', 'maxWait', maxWait);
  checkFunction('admission', 'priority', priority);
  const slots = new Slots({
    policy: 'admission',
    // Who is let in now would be sent only to be aborted.
    limit: () => (aborting ? 0 : limit.value),
    queue: () => queue.value,
    advice: 'raise maxInFlight, maxQueue or maxWait',
    ...{ priority, maxWait, scheduler },
  });
  const calls = new Bag<Running<T>>();
  const left = new Changes();
  let draining = false;
  let aborting = false;
  let aborts = 0;

  const policy = streamPolicy<T>((call, destination) => {
    if (draining) throw refused();
    const running = new Running(calls, left, destination);
    calls.add(running);
    destination.add(running);
    limit.follow(destination);
    queue.follow(destination);
    slots.hold(call, destination);
  });

  const drain = ({ timeout = 30_000 }: DrainOptions = {}): Observable<DrainReport> => {
    checkNumber('admission', 'timeout', timeout);
    return defer(() => {
      draining = true;
      slots.changed();
      const begun = calls.size;
      const before = aborts;
      const expired = timer(Math.min(timeout, MAX_DELAY), scheduler).pipe(
        tap(() => {
          aborting = true;
          for (const running of [...calls]) {
            // Who heard that another one was aborted may have ended this one.
            if (running.isLeft) continue;
            aborts += 1;
            running.abort(outlasted(timeout));
          }
        }),
        ignoreElements(),
      );
      const ended = left
        .watch(() => calls.size)
        .pipe(
          filter((size) => size === 0),
          map(() => {
            const aborted = aborts - before;
            return { completed: begun - aborted, aborted };
          }),
        );
      return merge(ended, expired).pipe(take(1));
    });
  };

  const state$ = slots.watch((state) => ({ ...state, draining }));
  return Object.assign(policy, { state$, drain });
}

/** A call under way, until its destination is closed. */
class Running<T> implements Bagged, Unsubscribable {
  place = 0;

  constructor(
    private readonly calls: Bag<Running<T>>,
    private readonly left: Changes,
    private readonly destination: Subscriber<T>,
  ) {}

  get isLeft(): boolean {
    return this.destination.closed;
  }

  abort(reason: LlmError): void {
    runAside(() => {
      this.destination.error(reason);
    });
  }

  unsubscribe(): void {
    this.calls.remove(this);
    this.left.tell();
  }
}

function refused(): LlmError {
  return new LlmError('admission: shutting down, no new call is taken; ask another instance', {
    kind: 'queue-full',
    code: 'draining',
  });
}

function outlasted(timeout: number): LlmError {
  return new LlmError(
    `admission: aborted, as it still ran ${String(timeout)} ms after the shutdown began`,
    {
      ...{ kind: 'timed-out', code: 'draining' },
      ...{ retryable: false, failover: false, providerFault: false },
    },
  );
}
