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
  within(more: RequestContext): Observable<T>;
}

const nothing: RequestContext = {};

class HandlerCall<Request, T> implements Call<T> {
  readonly chat: boolean;
  readonly context: RequestContext;

  constructor(
    private readonly handler: Handler<Request, T>,
    readonly request: Request,
  ) {
    this.chat = isChatRequest(request);
    this.context = (isChatRequest(request) ? request.context : undefined) ?? nothing;
  }

  get source(): Observable<T> {
    const { handler, request } = this;
    return defer(() => handler(request));
  }

  within(more: RequestContext): Observable<T> {
    const { handler, request, context } = this;
    if (!this.chat) return this.source;
    return defer(() => handler({ ...request, context: { ...context, ...more } }));
  }
}

class PlainCall<T> implements Call<T> {
  readonly request = undefined;
  readonly chat = false;
  readonly context = nothing;

  constructor(readonly source: Observable<T>) {}

  within(): Observable<T> {
    return this.source;
  }
}

/** The call that a handler makes of a request. */
export function callOf<Request, T>(handler: Handler<Request, T>, request: Request): Call<T> {
  return new HandlerCall(handler, request);
}

/** A plain Observable as a call. */
export function plainCall<T>(source: Observable<T>): Call<T> {
  return new PlainCall(source);
}
