import { asyncScheduler, from, Observable, tap, type ObservableInput } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import type { Handler } from '../handler';
import type { ChatRequest } from '../request/chat-request';
import { currentMarbles } from './marbles';
import type { SubscriptionSpan } from './rows';

/** A handler for tests, and what it has seen. */
export interface FakeHandler extends Handler {
  /** The request of each call, in the order of subscription. */
  readonly requests: readonly ChatRequest[];
  /**
   * When each call began and ended, on the clock of `asyncScheduler`: for
   * `expectSubscriptions`, and its length is the number of calls.
   */
  readonly subscriptions: readonly SubscriptionSpan[];
  /** How many calls are open: `0` says that all were ended or cancelled. */
  readonly active: number;
}

/**
 * A handler that answers its n-th call with the n-th attempt.
 *
 * @param attempts - A diagram of chat events inside {@link marbles}, or anything that RxJS
 * can subscribe to: an Observable, an array of events.
 * @returns A handler that also records its calls.
 * @throws The call after the last attempt fails with an error that says so.
 *
 * @example
 * ```ts
 * marbles(({ expectEvents, expectSubscriptions }) => {
 *   const provider = fakeHandler('-S-a-b-F|');
 *   expectEvents(provider(prompt('?')), '---!').toBe('-S-');
 *   expectSubscriptions(provider.subscriptions).toBe('^--!');
 * });
 * ```
 */
export function fakeHandler(
  ...attempts: readonly (string | ObservableInput<ChatEvent>)[]
): FakeHandler {
  const requests: ChatRequest[] = [];
  const subscriptions: { subscribedFrame: number; unsubscribedFrame: number }[] = [];
  let active = 0;

  const handler: Handler = (request) =>
    new Observable((destination) => {
      const attempt = play(attempts, requests.push(request));
      const span = { subscribedFrame: asyncScheduler.now(), unsubscribedFrame: Infinity };
      subscriptions.push(span);
      active += 1;
      const close = (): void => {
        span.unsubscribedFrame = asyncScheduler.now();
        active -= 1;
      };
      // Not `finalize`, which runs after the consumer has seen the end.
      return attempt
        .pipe(tap({ complete: close, error: close, unsubscribe: close }))
        .subscribe(destination);
    });

  return Object.defineProperties(handler, {
    requests: { value: requests },
    subscriptions: { value: subscriptions },
    active: { get: () => active },
  }) as FakeHandler;
}

function play(
  attempts: readonly (string | ObservableInput<ChatEvent>)[],
  call: number,
): Observable<ChatEvent> {
  const attempt = attempts[call - 1];
  if (attempt === undefined) {
    throw new Error(
      `fakeHandler: call ${String(call)} has no attempt, only ${String(attempts.length)} ` +
        'were given: give one more, or look for a call too many',
    );
  }
  if (typeof attempt !== 'string') return from(attempt);
  const run = currentMarbles();
  if (run === undefined) {
    throw new Error(`fakeHandler: the diagram '${attempt}' needs marbles(); give an Observable`);
  }
  return run.events(attempt);
}
