import { defer, type Observable, type SchedulerLike } from 'rxjs';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import type { RequestContext } from '../request/schema';
import type { Call } from './call';
import { watchdog } from './watchdog';

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
  readonly scheduler: SchedulerLike;
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
export function withinShare<T>(
  { source, context, within }: Pick<Call<T>, 'source' | 'context' | 'within'>,
  { policy, left, heldBackBy, scheduler }: DeadlineShare,
): Observable<T> {
  const last = lastMoment(context);
  if (left <= 1 || last === Infinity) return source;
  return defer(() => {
    const now = scheduler.now();
    const firstToken = Math.max(0, last - now) / left;
    const mine = { lifted: false };
    const error = (): LlmError =>
      new LlmError(
        `${policy}: no output within ${String(Math.round(firstToken))} ms, which is this attempt's ` +
          'share of the time until the deadline; raise total, or make fewer attempts',
        { kind: 'timed-out', code: 'first-token' },
      );
    const hear = (value: unknown): void => {
      const { type } = (value ?? {}) as Partial<ChatEvent>;
      if (type && heldBackBy.includes(type)) mine.lifted = true;
    };
    const more: SharedContext = { firstTokenDeadline: now + firstToken, [share]: mine };
    return within(more).pipe(
      watchdog({ firstToken, lifted: () => mine.lifted, hear, scheduler, error }),
    );
  });
}
