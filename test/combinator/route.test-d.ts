import type { Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import { route } from '../../src/combinator/route';
import type { Handler } from '../../src/handler';
import type { ChatRequest } from '../../src/request/chat-request';

declare const chat: Handler;
declare const embed: Handler<string, number[]>;

describe('route', () => {
  it('is a handler of what its members are', () => {
    expectTypeOf(route([{ to: 'chat' }], { chat })).toEqualTypeOf<Handler>();
    expectTypeOf(route(() => 'embed', { embed })('a')).toEqualTypeOf<Observable<number[]>>();
  });

  it('shows the request to functions', () => {
    route([{ to: 'chat', when: (request) => request.messages.length > 1 }], { chat });
    route(
      (request) => {
        expectTypeOf(request).toEqualTypeOf<ChatRequest>();
        return 'chat';
      },
      { chat },
    );
  });

  it('refuses conditions that it does not know', () => {
    // @ts-expect-error -- no such condition
    route([{ to: 'chat', when: { keyword: ['code'] } }], { chat });
    // @ts-expect-error -- no such capability
    route([{ to: 'chat', when: { needs: ['tool'] } }], { chat });
    // @ts-expect-error -- the answer must be given at once
    route([{ to: 'chat', when: () => Promise.resolve(true) }], { chat });
  });
});
