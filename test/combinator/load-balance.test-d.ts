import { BehaviorSubject, of, type Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  loadBalance,
  type LoadBalancer,
  type MemberState,
} from '../../src/combinator/load-balance';
import { compose, type Handler } from '../../src/handler';
import { retryBackoff } from '../../src/policy/retry-backoff';
import type { ChatRequest } from '../../src/request/chat-request';

declare const handler: Handler;

describe('loadBalance', () => {
  it("is a handler of its members' types, with their health", () => {
    const ask = loadBalance({ east: handler, west: handler });
    expectTypeOf(ask).toEqualTypeOf<LoadBalancer>();
    expectTypeOf(ask).toExtend<Handler>();
    expectTypeOf(ask.health$).toEqualTypeOf<Observable<Readonly<Record<string, MemberState>>>>();
    expectTypeOf(compose(ask, retryBackoff())).toEqualTypeOf<Handler>();
    const embed = loadBalance({ only: (text: string) => of(text.length) });
    expectTypeOf(embed).toEqualTypeOf<LoadBalancer<string, number>>();
  });

  it('asks for the session of the request that it is given', () => {
    loadBalance(
      { only: handler },
      {
        by: 'sticky',
        session: (request) => {
          expectTypeOf(request).toEqualTypeOf<ChatRequest>();
          return request.context?.tenant;
        },
      },
    );
    loadBalance(
      { only: (text: string) => of(text) },
      { by: 'sticky', session: (text) => text.slice(0, 2) },
    );
  });

  it('takes undefined for each option, and weights that change', () => {
    loadBalance({ only: handler }, { by: undefined, weights: undefined, session: undefined });
    loadBalance({ only: handler }, { eject: undefined, scheduler: undefined, random: undefined });
    loadBalance({ only: handler }, { eject: { failures: undefined, base: undefined } });
    loadBalance({ only: handler }, { by: 'weighted', weights: { only: new BehaviorSubject(1) } });
  });

  it('refuses what it does not know', () => {
    // @ts-expect-error -- no such way
    loadBalance({ only: handler }, { by: 'random' });
    // @ts-expect-error -- true says nothing that the default does not
    loadBalance({ only: handler }, { eject: true });
    // @ts-expect-error -- a session is text
    loadBalance({ only: handler }, { by: 'sticky', session: () => 1 });
  });
});
