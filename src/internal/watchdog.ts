import type { Observable, SchedulerLike, Subscriber, Subscription } from 'rxjs';
import { isKeepAlive } from '../event/chat-event';
import { Commitment, isNotice } from './commit';
import { OperatorSubscriber } from './operate';
import { SteadyClock } from './steady-clock';

/** What ran out. */
export type Limit = 'connect' | 'firstToken' | 'idle' | 'total';

/** The limits of one stream. */
export interface WatchdogLimits {
  /** The longest time to the first sign of the server, in milliseconds. */
  readonly connect?: number | undefined;
  /** The longest time to the first output, in milliseconds. */
  readonly firstToken?: number | undefined;
  /**
   * The longest time between two events, in milliseconds. Where `firstToken` is given, it alone
   * rules until the first output.
   */
  readonly idle?: number | undefined;
}

// Shares of time are fractions of a millisecond, which no timer keeps.
const HAIR = 1e-5;

/**
 * Ends a stream that breaks one of its limits. It has one timer, which a value doesn't touch:
 * when it fires, it looks at what has happened and waits on, or gives up.
 */
export abstract class Watchdog<T> extends OperatorSubscriber<T> {
  readonly #clock: SteadyClock;
  readonly #begun: number;
  readonly #end: number;
  #last: number;
  #alive = false;
  /** Until the first output. */
  #committed: Commitment | undefined = new Commitment();
  #timer: Subscription | undefined;

  /**
   * @param limits - The limits of the stream.
   * @param deadline - When the stream must have ended, on the scheduler's clock.
   */
  constructor(
    out: Subscriber<T>,
    scheduler: SchedulerLike,
    private readonly limits: WatchdogLimits,
    deadline = Infinity,
  ) {
    super(out);
    this.#clock = new SteadyClock(scheduler);
    this.#begun = this.#last = this.#clock.time;
    this.#end = this.#begun + deadline - scheduler.now();
  }

  /** Subscribes to what is to be watched. */
  watch(source: Observable<T>): void {
    this.wait();
    if (!this.closed) source.subscribe(this);
  }

  /** Makes the error for the limit that has run out. */
  protected abstract errorOf(limit: Limit): unknown;

  /** Whether the first output may take any time after all. */
  protected isLifted(): boolean {
    return false;
  }

  /** Called with what comes until the first output. */
  protected hear(value: T): void {
    this.#committed?.add(value);
  }

  protected get hasOutput(): boolean {
    return this.#committed === undefined;
  }

  protected override onNext(value: T): void {
    if (this.limits.idle !== undefined) this.#last = this.#clock.time;
    if (this.#committed) {
      this.hear(value);
      if (this.#committed.made) this.#committed = undefined;
      this.#alive ||= this.hasOutput || isFromServer(value);
    }
    this.pass(value);
  }

  protected pass(value: T): void {
    this.out.next(value);
  }

  protected override onLeave(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  }

  /** Waits for the limit that comes first, or gives up when it has come. */
  protected wait(): void {
    const { connect = Infinity, firstToken = Infinity, idle = Infinity } = this.limits;
    const waits = !this.hasOutput;
    const first = waits && !this.isLifted() ? this.#begun + firstToken : Infinity;
    const sign = this.#alive ? Infinity : this.#begun + connect;
    const next = waits && firstToken !== Infinity ? Infinity : this.#last + idle;
    const at = Math.min(this.#end, sign, first, next);
    if (at === Infinity) return;
    if (at > this.#clock.time + HAIR) {
      this.#timer = this.#clock.at(at, () => {
        this.wait();
      });
      return;
    }
    const limit = at === sign ? 'connect' : at === first ? 'firstToken' : 'idle';
    this.out.error(this.errorOf(at === this.#end ? 'total' : limit));
  }
}

// What a pipeline says of itself tells nothing about the server.
function isFromServer(value: unknown): boolean {
  const { type } = (value ?? {}) as { type?: unknown };
  return isKeepAlive(value) || !(isNotice(value) || type === 'retract');
}
