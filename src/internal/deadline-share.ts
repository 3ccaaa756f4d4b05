import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import type { RequestContext } from '../request/chat-request';
import { HAIR, type Alarm, type Alarms, type Sleeper } from './alarms';
import type { Call } from './call';
import { Commitment } from './commit';
import { OperatorSubscriber } from './operate';

/** When the attempts of a call must have said something; `Infinity` where no one waits for it. */
export function lastMoment(context: SharedContext): number {
  const { deadline = Infinity, firstTokenDeadline = Infinity } = context;
  return context[share]?.lifted ? deadline : Math.min(deadline, firstTokenDeadline);
}

/** Who makes the attempts. */
export interface Attempting {
  readonly policy: string;
  /** Notices with which something on this side says that it holds the attempt back. */
  readonly heldBackBy: readonly ChatEvent['type'][];
  readonly alarms: Alarms;
}

/** An attempt's share of the time until the deadline. */
interface Share {
  /** Whether it need not be kept any more. */
  lifted: boolean;
  /** In milliseconds. */
  readonly time: number;
  readonly of: Attempting;
}

// On the context under a symbol: it goes wherever the context goes, and is in no key or JSON.
const share = Symbol('rxllm.share');

type SharedContext = RequestContext & { readonly [share]?: Share };

/** Lifts the share of an attempt, which from here on keeps a time of its own. */
export function liftShare(context: SharedContext): void {
  const mine = context[share];
  if (mine) mine.lifted = true;
}

/**
 * One attempt of a call, which has its share of the time until the deadline to say something, so
 * that a silent one leaves time for the next. Once it has begun to answer, it may use all that is
 * left; so may the last attempt, one that waits on this side, and one with a `firstToken` deadline.
 */
export abstract class SharedAttempt<T> extends OperatorSubscriber<T> implements Sleeper {
  protected readonly committed = new Commitment();
  #share: Share | undefined;
  #alarm: Alarm | undefined;

  /**
   * Subscribes to the call.
   *
   * @param left - How many attempts may still be made, this one included.
   */
  ask(call: Call<T>, left: number, attempting: Attempting): void {
    const last = lastMoment(call.context);
    if (left <= 1 || left === Infinity || last === Infinity) {
      call.subscribe(this);
      return;
    }
    const { time: begun, now } = attempting.alarms.clock.read();
    const time = Math.max(0, last - now) / left;
    this.#share = { lifted: false, time, of: attempting };
    if (time <= HAIR) {
      this.wake();
      return;
    }
    const shared: SharedContext = {
      ...call.context,
      firstTokenDeadline: now + time,
      [share]: this.#share,
    };
    call.within(shared).subscribe(this);
    // It is waited for only where no deadline nearer to the wire has lifted it.
    if (!this.closed) this.#wait(this.#share, begun + time);
  }

  wake(): void {
    this.#alarm = undefined;
    if (this.closed || this.#share!.lifted) return;
    const error = outOfTime(this.#share!);
    try {
      // So that nothing more of the source follows what others make of the error.
      this.unsubscribe();
    } finally {
      // Who hears that it was left may have ended the call.
      if (!this.out.closed) this._error(error);
    }
  }

  override get passesText(): boolean {
    return true;
  }

  protected override onNext(value: T): void {
    this.committed.add(value);
    if (this.#share && !this.#share.lifted) this.#hear(value, this.#share);
    this.out.next(value);
  }

  protected override onLeave(): void {
    if (this.#alarm) this.#share?.of.alarms.clear(this.#alarm);
    this.#alarm = undefined;
  }

  #wait({ lifted, of }: Share, due: number): void {
    if (lifted) return;
    if (due > of.alarms.clock.time + HAIR) this.#alarm = of.alarms.set(due, this);
    else this.wake();
  }

  #hear(value: T, mine: Share): void {
    const { type } = (value ?? {}) as Partial<ChatEvent>;
    const heldBack = type !== undefined && mine.of.heldBackBy.includes(type);
    mine.lifted = heldBack || this.committed.made;
  }
}

function outOfTime({ of: { policy }, time }: Share): LlmError {
  return new LlmError(
    `${policy}: no output within ${String(Math.round(time))} ms, which is ` +
      "this attempt's share of the time until the deadline; raise total, or make fewer attempts",
    { kind: 'timed-out', code: 'first-token' },
  );
}
