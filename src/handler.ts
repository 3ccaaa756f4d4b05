import type { Observable } from 'rxjs';
import type { ChatEvent } from './event/chat-event';
import type { ChatRequest } from './request/chat-request';

/**
 * Answers a request.
 *
 * Cold: nothing happens before subscribe, and every subscribe is a new call.
 * Unsubscribing aborts it.
 */
export type Handler<Request = ChatRequest, Event = ChatEvent> = (
  request: Request,
) => Observable<Event>;

/** Stands between a caller and a handler: wraps the handler in another one. */
export type Policy<Request = ChatRequest, Event = ChatEvent> = (
  next: Handler<Request, Event>,
) => Handler<Request, Event>;

/**
 * A policy that never needs to look at the request, so that it is a plain
 * operator as well: `compose(handler, policy)` and `source$.pipe(policy)`.
 */
export interface StreamPolicy<T = ChatEvent> {
  <Request>(next: Handler<Request, T>): Handler<Request, T>;
  // Last on purpose: TypeScript infers `T` inside `.pipe()` from the last signature.
  (source: Observable<T>): Observable<T>;
}

/**
 * Wraps a handler in policies: the first one is nearest to the handler, the last
 * one is outermost, so it reads like `source.pipe(nearest, …, outermost)`.
 *
 * @param handler - What answers in the end: a provider, a combinator, or any function
 * from a request to a cold Observable.
 * @param policies - The policies, nearest first.
 * @returns A handler with the same request and event types.
 *
 * @example
 * ```ts
 * const ask = compose(openai({ model: 'gpt-5-mini' }), retryBackoff(), cache({ ttl: 60_000 }));
 * ```
 */
// While TypeScript has not yet looked into a combinator, it tries policies on the defaults; with
// `unknown` none of a known event type would fit.
export function compose<Request = any, Event = any>(
  handler: Handler<Request, Event>,
  ...policies: readonly Policy<Request, Event>[]
): Handler<Request, Event> {
  return policies.reduce<Handler<Request, Event>>((next, policy) => policy(next), handler);
}
