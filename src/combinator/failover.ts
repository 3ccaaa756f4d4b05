import { asyncScheduler, Observable, type SchedulerLike } from 'rxjs';
import { classify } from '../error/classify';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import type { Handler } from '../handler';
import { callOf } from '../internal/call';
import { Commitment } from '../internal/commit';
import { withinShare } from '../internal/deadline-share';
import { exhausted, isChatRequest, memberEntries, type Members } from '../internal/members';
import { operate } from '../internal/operate';
import { checkFunction, checkOneOf } from '../internal/options';
import type { ChatRequest } from '../request/schema';

/** Options for {@link failover}. */
export interface FailoverOptions {
  /**
   * Which errors lead to the next member. The last one's key is `name`.
   *
   * @defaultValue those whose `failover` is true by {@link classify}: all but the ones
   * that every member would answer alike, such as an invalid request
   */
  readonly when?: ((error: LlmError, name: string) => boolean) | undefined;
  /**
   * What follows a failure after output: `'retract'` takes the output back and asks the
   * next member, `'error'` gives up.
   *
   * @defaultValue `'retract'`
   */
  readonly afterOutput?: 'retract' | 'error' | undefined;
  /**
   * The clock and timers to use, where the request has a deadline: each member is then given its
   * share of what is left to say something.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Asks the first member; when it fails, the next one, in the order of the record.
 *
 * ```text
 * gpt       --S-a#
 * claude    ----S-bF|
 * failover  1-S-a(R2)S-bF|
 *           1 = route to gpt, 2 = route to claude, R = retract
 * ```
 *
 * A member that fails in mid-answer has its text taken back by a `retract` event, so two
 * answers are never mixed. Unlike `catchError`, it knows which errors another member can
 * mend, and at the end it shows all of them. The order is the same for each call: no state
 * is kept between them.
 *
 * @param members - Handlers by name; `route` events and errors carry the names.
 * @param options - See {@link FailoverOptions}.
 * @returns A handler. Errors: one that no other member can mend, unchanged; `exhausted`,
 * with `errors`, when the last member has failed.
 *
 * @example
 * ```ts
 * const ask = failover({
 *   gpt: compose(openai({ model: 'gpt-5-mini' }), retryBackoff()),
 *   claude: anthropic({ model: 'claude-haiku-4-5' }),
 * });
 * ```
 */
export function failover<Request = ChatRequest, Event = ChatEvent>(
  members: Members<Request, Event>,
  options: FailoverOptions = {},
): Handler<Request, Event> {
  const { when = (error: LlmError) => error.failover, afterOutput = 'retract' } = options;
  const { scheduler = asyncScheduler } = options;
  checkFunction('failover', 'when', when);
  checkOneOf('failover', 'afterOutput', afterOutput, ['retract', 'error']);
  const entries = memberEntries('failover', members);

  return (request) =>
    new Observable((destination) => {
      const chat = isChatRequest(request);
      const committed = new Commitment();
      const failures: { name: string; error: unknown }[] = [];
      const tell = (event: ChatEvent): void => {
        destination.next(event as Event);
      };

      const subscribe = (at: number): void => {
        const [name, handler] = entries[at]!;
        if (chat) {
          const error = failures.at(-1)?.error;
          const route = { type: 'route', by: 'failover', name } as const;
          tell(error === undefined ? route : { ...route, error });
        }
        if (destination.closed) return;
        const attempt = operate<Event, Event>(destination, {
          next: (value) => {
            committed.add(value);
            destination.next(value);
          },
          error: (error) => {
            const failure = LlmError.is(error) ? error : classify({ cause: error });
            const lost = committed.made && (afterOutput === 'error' || !committed.retractable);
            if (lost || !when(failure, name)) {
              destination.error(error);
              return;
            }
            failures.push({ name, error });
            if (at + 1 === entries.length) {
              destination.error(exhausted('failover', failures));
              return;
            }
            if (committed.made) {
              const retract = { type: 'retract' } as const;
              committed.add(retract);
              tell(retract);
            }
            attempt.unsubscribe();
            subscribe(at + 1);
          },
        });
        const left = entries.length - at;
        const share = { policy: 'failover', left, heldBackBy: ['wait'], scheduler } as const;
        withinShare(callOf(handler, request), share).subscribe(attempt);
      };
      subscribe(0);
    });
}
