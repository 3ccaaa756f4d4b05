import { defer, type Observable } from 'rxjs';
import type { Handler, StreamPolicy } from '../handler';
import { isChatRequest } from './members';

/** What a stream policy knows of the call that it wraps. */
export interface Call {
  /** The request, or `undefined` where the policy is piped onto a plain Observable. */
  readonly request: unknown;
  /** Whether notices (`retry`, `wait`, …) may be put into the stream. */
  readonly chat: boolean;
}

const plain: Call = { request: undefined, chat: false };

/**
 * Makes one function both a policy for handlers and an operator for Observables.
 * The handler runs on subscribe, anew for each subscription.
 */
export function streamPolicy<T>(
  apply: (source: Observable<T>, call: Call) => Observable<T>,
): StreamPolicy<T> {
  function policy<Request>(next: Handler<Request, T>): Handler<Request, T>;
  function policy(source: Observable<T>): Observable<T>;
  function policy(input: Handler<unknown, T> | Observable<T>): Handler<unknown, T> | Observable<T> {
    if (typeof input !== 'function') return apply(input, plain);
    return (request) =>
      apply(
        defer(() => input(request)),
        { request, chat: isChatRequest(request) },
      );
  }
  return policy;
}
