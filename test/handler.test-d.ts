import { map, type Observable, of, tap } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import type { ChatEvent } from '../src/event/chat-event';
import { compose, type Handler, type Policy, type StreamPolicy } from '../src/handler';
import { cache } from '../src/policy/cache';
import { circuitBreaker } from '../src/policy/circuit-breaker';
import { limitConcurrency } from '../src/policy/limit-concurrency';
import { retryBackoff } from '../src/policy/retry-backoff';
import type { ChatRequest } from '../src/request/chat-request';

declare const chat: Handler;
declare const embed: Handler<readonly string[], number[]>;
declare const http$: Observable<{ readonly id: number }>;

describe('compose', () => {
  it('keeps the types of the handler', () => {
    expectTypeOf(compose(chat)).toEqualTypeOf<Handler>();
    expectTypeOf(compose(embed)).toEqualTypeOf<Handler<readonly string[], number[]>>();
    expectTypeOf(
      compose(chat, retryBackoff(), limitConcurrency({ max: 1 }), cache()),
    ).toEqualTypeOf<Handler<ChatRequest, ChatEvent>>();
  });

  it('infers all of an inline policy', () => {
    compose(chat, (next) => (request) => {
      expectTypeOf(next).toEqualTypeOf<Handler>();
      expectTypeOf(request).toEqualTypeOf<ChatRequest>();
      return next(request).pipe(tap((event) => expectTypeOf(event).toEqualTypeOf<ChatEvent>()));
    });
    compose(embed, (next) => (request) => {
      expectTypeOf(request).toEqualTypeOf<readonly string[]>();
      return next(request).pipe(map((numbers) => numbers.slice()));
    });
  });

  it('takes stream policies for handlers of any type', () => {
    expectTypeOf(compose(embed, retryBackoff(), limitConcurrency({ max: 1 }))).toEqualTypeOf<
      Handler<readonly string[], number[]>
    >();
  });

  it('takes a plain function for a handler', () => {
    const ask = compose((text: string) => of(text.length), retryBackoff());
    expectTypeOf(ask).toEqualTypeOf<Handler<string, number>>();
  });

  it('refuses a policy for another kind of handler', () => {
    // @ts-expect-error -- cache needs chat requests to make keys of
    compose(embed, cache());
    const numbers: Policy<string, number> = (next) => next;
    // @ts-expect-error -- the events are of another type
    compose(chat, numbers);
    // @ts-expect-error -- the policy must return a handler
    compose(chat, () => 1);
  });
});

describe('a stream policy', () => {
  it('that is made before it is used has its type given', () => {
    const breaker = circuitBreaker<{ readonly id: number }>();
    expectTypeOf(http$.pipe(breaker)).toEqualTypeOf<Observable<{ readonly id: number }>>();
    const limit = limitConcurrency<any>({ max: 8 });
    expectTypeOf(compose(chat, limit)).toEqualTypeOf<Handler>();
    expectTypeOf(compose(embed, limit)).toEqualTypeOf<Handler<readonly string[], number[]>>();
  });

  it('is an operator for streams of any type', () => {
    expectTypeOf(http$.pipe(retryBackoff())).toEqualTypeOf<Observable<{ readonly id: number }>>();
    expectTypeOf(http$.pipe(limitConcurrency({ max: 1 }), retryBackoff())).toEqualTypeOf<
      Observable<{ readonly id: number }>
    >();
  });

  it('held in a variable is of chat events, unless it says otherwise', () => {
    const retry = retryBackoff();
    expectTypeOf(retry).toEqualTypeOf<StreamPolicy>();
    expectTypeOf(compose(chat, retry)).toEqualTypeOf<Handler>();
    expectTypeOf(of<ChatEvent>().pipe(retry)).toEqualTypeOf<Observable<ChatEvent>>();
    const limit = limitConcurrency<number>({ max: 1 });
    expectTypeOf(of(1).pipe(limit)).toEqualTypeOf<Observable<number>>();
    // @ts-expect-error -- it is for streams of chat events
    http$.pipe(retry);
  });
});

describe('a handler', () => {
  it('is a projection for RxJS', () => {
    expectTypeOf(chat).toExtend<(request: ChatRequest, index: number) => Observable<ChatEvent>>();
  });
});
