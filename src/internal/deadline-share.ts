import { defer, type Observable, type SchedulerLike } from 'rxjs';
import { LlmError } from '../error/llm-error';
import type { RequestContext } from '../request/schema';
import type { Call } from './call';
import { watchdog } from './watchdog';

/** When the attempts of a call must have said something; `Infinity` where no one waits for it. */
export function lastMoment({ deadline, firstTokenDeadline }: RequestContext): number {
  return Math.min(deadline ?? Infinity, firstTokenDeadline ?? Infinity);
}

/** Whose attempt it is, and how many may still be made, this one included. */
export interface DeadlineShare {
  readonly policy: string;
  readonly left: number;
  readonly scheduler: SchedulerLike;
}

/**
 * One attempt of a call, which has its share of the time until the deadline to say something, so
 * that a silent one leaves time for the next. Once it has begun to answer, it may use all that is
 * left; so may the last attempt.
 */
export function withinShare<T>(
  { source, context, within }: Pick<Call<T>, 'source' | 'context' | 'within'>,
  { policy, left, scheduler }: DeadlineShare,
): Observable<T> {
  const last = lastMoment(context);
  if (left <= 1 || last === Infinity) return source;
  return defer(() => {
    const now = scheduler.now();
    const firstToken = Math.max(0, last - now) / left;
    const error = (): LlmError =>
      new LlmError(
        `${policy}: no output within ${String(Math.round(firstToken))} ms, which is this attempt's ` +
          'share of the time until the deadline; raise total, or make fewer attempts',
        { kind: 'timed-out', code: 'first-token' },
      );
    const attempt = within({ firstTokenDeadline: now + firstToken });
    return attempt.pipe(watchdog({ firstToken, scheduler, error }));
  });
}
