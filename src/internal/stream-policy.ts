import { Observable, type Subscriber } from 'rxjs';
import type { Handler, StreamPolicy } from '../handler';
import { callOf, keepCalls, plainCall, type Call } from './call';
import { directHandler } from './direct-handler';

/**
 * Makes one function both a policy for handlers and an operator for Observables.
 *
 * @param subscribe - Runs for each subscription; the handler runs when the call's source is
 * subscribed to.
 */
export function streamPolicy<T>(
  subscribe: (call: Call<T>, destination: Subscriber<T>) => void,
): StreamPolicy<T> {
  function policy<Request>(next: Handler<Request, T>): Handler<Request, T>;
  function policy(source: Observable<T>): Observable<T>;
  function policy(input: Handler<unknown, T> | Observable<T>): Handler<unknown, T> | Observable<T> {
    if (typeof input !== 'function') {
      return new Observable((destination) => {
        subscribe(plainCall(input), destination);
      });
    }
    keepCalls();
    return directHandler((request, destination) => {
      subscribe(callOf(input, request), destination);
    });
  }
  return policy;
}
