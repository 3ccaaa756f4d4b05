import { defer, type Observable } from 'rxjs';
import type { Handler } from '../handler';
import type { RequestContext } from '../request/schema';
import { isChatRequest } from './members';

/** One call of a handler, and what a policy knows of it. */
export interface Call<T> {
  /** The call itself: the handler runs on subscribe, anew for each subscription. */
  readonly source: Observable<T>;
  /** The request, or `undefined` where there is no handler but a plain Observable. */
  readonly request: unknown;
  /** Whether notices (`retry`, `wait`, …) may be put into the stream. */
  readonly chat: boolean;
  /** What the request's context says; of a request that is not for a chat, nothing. */
  readonly context: RequestContext;
  /** The call with more in the request's context; of other requests, the call as it is. */
  readonly within: (more: RequestContext) => Observable<T>;
}

/** The call that a handler makes of a request. */
export function callOf<Request, T>(handler: Handler<Request, T>, request: Request): Call<T> {
  const source = defer(() => handler(request));
  if (!isChatRequest(request)) {
    return { source, request, chat: false, context: {}, within: () => source };
  }
  const { context = {} } = request;
  return {
    source,
    request,
    chat: true,
    context,
    within: (more) => defer(() => handler({ ...request, context: { ...context, ...more } })),
  };
}

/** A plain Observable as a call. */
export function plainCall<T>(source: Observable<T>): Call<T> {
  return { source, request: undefined, chat: false, context: {}, within: () => source };
}
