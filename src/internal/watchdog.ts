import type { Subscriber } from 'rxjs';
import { isKeepAlive } from '../event/chat-event';
import { HAIR, type Alarm, type Alarms, type Sleeper } from './alarms';
import type { Source } from './call';
import { Commitment, isNotice } from './commit';
import { OperatorSubscriber } from './operate';

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

/**
 * Ends a stream that breaks one of its limits. It has one alarm, which a value doesn't touch:
 * when it rings, it looks at what has happened and waits on, or gives up.
 */
export abstract class Watchdog<T> extends OperatorSubscriber<T> implements Sleeper {
  readonly #begun: number;
  readonly #end: number;
  #last: number;
  #alive = false;
  /** Until the first output. */
  #committed: Commitment | undefined = new Commitment();
  #alarm: Alarm | undefined;

  /**
   * @param limits - The limits of the stream.
   * @param left - In what time the stream must have ended, in milliseconds.
   */
  constructor(
    out: Subscriber<T>,
    protected readonly alarms: Alarms,
    private readonly limits: WatchdogLimits,
    left = Infinity,
  ) {
    super(out);
    this.#begun = this.#last = alarms.clock.time;
    this.#end = this.#begun + left;
  }

  /** Subscribes to what is to be watched. */
  watch(source: Source<T>): void {
    this.wake(this.#begun);
    if (!this.closed) source.subscribe(this);
  }

  /** Waits for the limit that comes first, or gives up when it has come. */
  wake(time: number): void {
    this.#alarm = undefined;
    const { connect = Infinity, firstToken = Infinity, idle = Infinity } = this.limits;
    const waits = !this.hasOutput;
    const first = waits && !this.isLifted() ? this.#begun + firstToken : Infinity;
    const sign = this.#alive ? Infinity : this.#begun + connect;
    const next = waits && firstToken !== Infinity ? Infinity : this.#last + idle;
    const at = Math.min(this.#end, sign, first, next);
    if (at === Infinity) return;
    if (at > time + HAIR) {
      this.#alarm = this.alarms.set(at, this);
      return;
    }
    const limit = at === sign ? 'connect' : at === first ? 'firstToken' : 'idle';
    const error = this.errorOf(at === this.#end ? 'total' : limit);
    try {
      // So that nothing more of the source follows what others make of the error.
      this.unsubscribe();
    } finally {
      this.out.error(error);
    }
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

  override get passesText(): boolean {
    return true;
  }

  protected override onNext(value: T): void {
    if (this.limits.idle !== undefined) this.#last = this.alarms.clock.time;
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
    if (this.#alarm) this.alarms.clear(this.#alarm);
    this.#alarm = undefined;
  }
}

// What a pipeline says of itself tells nothing about the server.
function isFromServer(value: unknown): boolean {
  const { type } = (value ?? {}) as { type?: unknown };
  return isKeepAlive(value) || !(isNotice(value) || type === 'retract');
}
