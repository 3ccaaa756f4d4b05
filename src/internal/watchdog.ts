import type { Subscriber } from 'rxjs';
import { LlmError } from '../error/llm-error';
import { isKeepAlive } from '../event/chat-event';
import { HAIR, type Alarm, type Alarms, type Sleeper } from './alarms';
import { afterBurst, type Latecomer } from './burst';
import type { Source } from './call';
import { Commitment, isNotice } from './commit';
import { OperatorSubscriber } from './operate';

/** What ran out. */
type Limit = 'connect' | 'firstToken' | 'idle' | 'total';

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
export class Watchdog<T> extends OperatorSubscriber<T> implements Sleeper, Latecomer {
  /** When the stream must have ended. */
  end = Infinity;
  /** The longest time for all, if that is what must be told where it is over. */
  total: number | undefined;
  /** Whether keep-alives end here. */
  swallows = false;
  #last: number;
  /** Whether something has been heard of what comes at once, and is still being told. */
  #heard = false;
  /** Whether the server has shown a sign, or nobody waits for one. */
  #alive: boolean;
  /** Until the first output. */
  #committed: Commitment | undefined = new Commitment();
  #alarm: Alarm | undefined;

  /**
   * @param limits - The limits of the stream.
   * @param begun - The time now, on the clock of the alarms, as all times here.
   */
  constructor(
    out: Subscriber<T>,
    private readonly alarms: Alarms,
    private readonly limits: WatchdogLimits,
    private readonly begun: number,
  ) {
    super(out);
    this.#last = begun;
    this.#alive = limits.connect === undefined;
  }

  /** Subscribes to what is to be watched. Its alarm is set first: outer ones ring before inner ones. */
  watch(source: Source<T>): void {
    // Who was left already would leave an alarm behind.
    if (!this.closed) this.wake(this.begun);
    if (!this.closed) source.subscribe(this);
  }

  /** Waits for the limit that comes first, or gives up when it has come. */
  wake(time: number): void {
    this.#alarm = undefined;
    const { connect = Infinity, firstToken = Infinity, idle = Infinity } = this.limits;
    const waits = this.#committed !== undefined;
    const first = waits ? this.begun + firstToken : Infinity;
    const sign = this.#alive ? Infinity : this.begun + connect;
    const last = this.#heard ? time : this.#last;
    const next = waits && firstToken !== Infinity ? Infinity : last + idle;
    const at = Math.min(this.end, sign, first, next);
    if (at === Infinity) return;
    if (at > time + HAIR) {
      this.#alarm = this.alarms.set(at, this);
      return;
    }
    const limit = at === sign ? 'connect' : at === first ? 'firstToken' : 'idle';
    const error = this.#errorOf(at === this.end ? 'total' : limit);
    try {
      // So that nothing more of the source follows what others make of the error.
      this.unsubscribe();
    } finally {
      this.out.error(error);
    }
  }

  override get passesText(): boolean {
    return true;
  }

  protected override onNext(value: T): void {
    if (this.limits.idle !== undefined && !this.#heard) {
      this.#heard = true;
      afterBurst(this);
    }
    if (this.#committed) {
      this.#committed.add(value);
      this.#alive ||= this.#committed.made || isFromServer(value);
      if (this.#committed.made) this.#commit();
    }
    if (!this.swallows || !isKeepAlive(value)) this.out.next(value);
  }

  protected override onLeave(): void {
    if (this.#alarm) this.alarms.clear(this.#alarm);
    this.#alarm = undefined;
  }

  // To look at the clock takes longer than all else that is done with an event.
  burstOver(): void {
    this.#heard = false;
    if (!this.closed) this.#last = this.alarms.clock.time;
  }

  // From here on `idle` rules, which may be over before the alarm that was set for the beginning.
  #commit(): void {
    this.#committed = undefined;
    const { idle } = this.limits;
    if (idle === undefined || !this.#alarm || this.#alarm.due <= this.begun + idle) return;
    const { time } = this.alarms.clock;
    if (this.#alarm.due <= time + idle) return;
    this.alarms.clear(this.#alarm);
    this.wake(time);
  }

  #errorOf(limit: Limit): LlmError {
    const set = limit === 'total' ? this.total : this.limits[limit];
    return timedOut(limit, set, this.#committed === undefined);
  }
}

// What a pipeline says of itself tells nothing about the server.
function isFromServer(value: unknown): boolean {
  const { type } = (value ?? {}) as { type?: unknown };
  return isKeepAlive(value) || !(isNotice(value) || type === 'retract');
}

const failures: Readonly<Record<Limit, { readonly code: string; readonly what: string }>> = {
  connect: { code: 'connect', what: 'no response' },
  firstToken: { code: 'first-token', what: 'no output' },
  idle: { code: 'idle', what: 'no event' },
  total: { code: 'total', what: 'no end' },
};

function timedOut(limit: Limit, set: number | undefined, hasOutput: boolean): LlmError {
  const { code, what } = failures[limit];
  const within = set === undefined ? 'before the deadline' : `within ${String(set)} ms`;
  const message = `deadlines: ${what} ${within}; ask again, or raise ${limit}`;
  if (limit !== 'total') return new LlmError(message, { kind: 'timed-out', code });
  // The time of the call is over, which says little of a server that did answer.
  return new LlmError(message, {
    ...{ kind: 'timed-out', code, retryable: false, failover: false },
    providerFault: !hasOutput,
  });
}
