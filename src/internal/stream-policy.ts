import type { Observable } from 'rxjs';
import type { Handler, StreamPolicy } from '../handler';
import { callOf, plainCall, type Call } from './call';

/**
 * Makes one function both a policy for handlers and an operator for Observables.
 * The handler runs on subscribe, anew for each subscription.
 */
export function streamPolicy<T>(
  apply: (source: Observable<T>, call: Call<T>) => Observable<T>,
): StreamPolicy<T> {
  function policy<Request>(next: Handler<Request, T>): Handler<Request, T>;
  function policy(source: Observable<T>): Observable<T>;
  function policy(input: Handler<unknown, T> | Observable<T>): Handler<unknown, T> | Observable<T> {
    const answer = (call: Call<T>): Observable<T> => apply(call.source, call);
    if (typeof input !== 'function') return answer(plainCall(input));
    return (request) => answer(callOf(input, request));
  }
  return policy;
}
