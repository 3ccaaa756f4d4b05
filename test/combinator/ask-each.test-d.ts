import { type Observable, of } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import { askEach, type Outcome } from '../../src/combinator/ask-each';
import type { ChatEvent } from '../../src/event/chat-event';
import type { ChatAnswer } from '../../src/event/fold';
import type { Handler } from '../../src/handler';
import type { ChatRequest } from '../../src/request/chat-request';

declare const chat: Handler;
declare const named: Handler<string>;
declare const numbers: Handler<ChatRequest, number>;

describe('askEach', () => {
  it('emits outcomes that carry the request', () => {
    const asked = of<ChatRequest>().pipe(askEach(chat, { concurrency: 2, order: 'input' }));
    expectTypeOf(asked).toEqualTypeOf<Observable<Outcome>>();
    expectTypeOf(of('a').pipe(askEach(named))).toEqualTypeOf<Observable<Outcome<string>>>();
  });

  it('an outcome is told apart by ok', () => {
    of<ChatRequest>()
      .pipe(askEach(chat))
      .subscribe((outcome) => {
        if (outcome.ok) expectTypeOf(outcome.answer).toEqualTypeOf<ChatAnswer>();
        else expectTypeOf(outcome.error).toEqualTypeOf<unknown>();
        expectTypeOf(outcome.request).toEqualTypeOf<ChatRequest>();
        // @ts-expect-error -- a failed one has no answer
        expectTypeOf(outcome.answer).toEqualTypeOf<ChatAnswer>();
      });
  });

  it('refuses requests and events of another kind', () => {
    // @ts-expect-error -- the requests are of another type
    of(1).pipe(askEach(named));
    // @ts-expect-error -- no answer can be made of numbers
    askEach(numbers);
    // @ts-expect-error -- no such order
    askEach(chat, { order: 'random' });
    expectTypeOf(numbers).not.toExtend<Handler<ChatRequest, ChatEvent>>();
  });
});
