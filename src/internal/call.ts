import type { Observable, Subscriber } from 'rxjs';
import type { Handler } from '../handler';
import type { RequestContext } from '../request/chat-request';
import { begin } from './direct-handler';
import { keepOne } from './keep-one';
import { isChatRequest } from './members';

/** What can be subscribed to, anew each time. */
export interface Source<T> {
  subscribe(subscriber: Subscriber<T>): unknown;
}

/** One call of a handler, and what a policy knows of it; the handler runs on subscribe. */
export interface Call<T> extends Source<T> {
  /** The request, or `undefined` where there is no handler but a plain Observable. */
  readonly request: unknown;
  /** Whether notices (`retry`, `wait`, …) may be put into the stream. */
  readonly chat: boolean;
  /** What the request's context says; of a request that is not for a chat, nothing. */
  readonly context: RequestContext;
  /** The call with another context of the request; of requests not for a chat, the call as it is. */
  within(context: RequestContext): Source<T>;
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

  subscribe(subscriber: Subscriber<T>): void {
    begin(this.handler, this.request, subscriber);
  }

  within(context: RequestContext): Source<T> {
    return this.chat ? new HandlerCall(this.handler, { ...this.request, context }) : this;
  }
}

class PlainCall<T> implements Call<T> {
  readonly request = undefined;
  readonly chat = false;
  readonly context = nothing;

  constructor(private readonly source: Observable<T>) {}

  subscribe(subscriber: Subscriber<T>): void {
    this.source.subscribe(subscriber);
  }

  within(): Source<T> {
    return this;
  }
}

/** Keeps one for those who will make calls. */
export function keepCalls(): void {
  keepOne(HandlerCall, (_, nothing) => new HandlerCall(nothing, nothing));
}

/** The call that a handler makes of a request. */
export function callOf<Request, T>(handler: Handler<Request, T>, request: Request): Call<T> {
  return new HandlerCall(handler, request);
}

/** A plain Observable as a call. */
export function plainCall<T>(source: Observable<T>): Call<T> {
  return new PlainCall(source);
}
