import type { Subscriber } from 'rxjs';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import type { RequestContext } from '../request/schema';
import type { Alarms } from './alarms';
import type { Call, Source } from './call';
import { Watchdog } from './watchdog';

/** When the attempts of a call must have said something; `Infinity` where no one waits for it. */
export function lastMoment({ deadline, firstTokenDeadline }: RequestContext): number {
  return Math.min(deadline ?? Infinity, firstTokenDeadline ?? Infinity);
}

/** Whose attempt it is. */
export interface DeadlineShare {
  readonly policy: string;
  /** How many attempts may still be made, this one included. */
  readonly left: number;
  /** Notices with which something on this side says that it holds the attempt back. */
  readonly heldBackBy: readonly ChatEvent['type'][];
  readonly alarms: Alarms;
}

// On the context under a symbol: it goes wherever the context goes, and is in no key or JSON.
const share = Symbol('rxllm.share');

type SharedContext = RequestContext & { readonly [share]?: { lifted: boolean } };

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
export function withinShare<T>(call: Call<T>, attempt: DeadlineShare): Source<T> {
  const last = lastMoment(call.context);
  if (attempt.left <= 1 || last === Infinity) return call;
  return {
    subscribe: (destination) => {
      const now = attempt.alarms.scheduler.now();
      const firstToken = Math.max(0, last - now) / attempt.left;
      const watchdog = new ShareWatchdog(destination, attempt, firstToken);
      const more: SharedContext = { firstTokenDeadline: now + firstToken, [share]: watchdog.share };
      watchdog.watch(call.within(more));
    },
  };
}

class ShareWatchdog<T> extends Watchdog<T> {
  readonly share = { lifted: false };

  constructor(
    out: Subscriber<T>,
    private readonly attempt: DeadlineShare,
    private readonly firstToken: number,
  ) {
    super(out, attempt.alarms, { firstToken });
  }

  // The time is waited for only where no deadline nearer to the wire has lifted the share.
  override watch(source: Source<T>): void {
    if (this.firstToken < 1) {
      super.watch(source);
      return;
    }
    source.subscribe(this);
    if (!this.closed && !this.hasOutput) this.wake(this.alarms.clock.time);
  }

  protected override isLifted(): boolean {
    return this.share.lifted;
  }

  protected override hear(value: T): void {
    const { type } = (value ?? {}) as Partial<ChatEvent>;
    if (type && this.attempt.heldBackBy.includes(type)) this.share.lifted = true;
    super.hear(value);
  }

  protected override errorOf(): LlmError {
    return new LlmError(
      `${this.attempt.policy}: no output within ${String(Math.round(this.firstToken))} ms, which is ` +
        "this attempt's share of the time until the deadline; raise total, or make fewer attempts",
      { kind: 'timed-out', code: 'first-token' },
    );
  }
}
