import { of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { Call } from '../../src/internal/call';
import { streamPolicy } from '../../src/internal/stream-policy';
import { prompt } from '../../src/request/messages';
import { watch } from '../support/watch';

describe('streamPolicy', () => {
  const setUp = () => {
    const calls: Call<number>[] = [];
    const policy = streamPolicy<number>((call, destination) => {
      calls.push(call);
      call.subscribe(destination);
    });
    return { calls, policy };
  };

  it('makes an operator, which knows of no request', () => {
    const { calls, policy } = setUp();
    expect(watch(of(1, 2).pipe(policy)).values).toEqual([1, 2]);
    expect(calls).toMatchObject([{ request: undefined, chat: false, context: {} }]);
  });

  it('makes a policy, which knows the request and whether it is of chat', () => {
    const { calls, policy } = setUp();
    const question = prompt('?');
    watch(policy(() => of(1))(question));
    watch(policy((text: string) => of(text.length))('four'));
    expect(calls).toMatchObject([
      { request: question, chat: true, context: {} },
      { request: 'four', chat: false, context: {} },
    ]);
  });

  it('can ask with another context of a chat request, and of no other', () => {
    const { policy } = setUp();
    const asked: unknown[] = [];
    const within = streamPolicy<number>((call, destination) => {
      asked.push(call.context);
      call.within({ ...call.context, deadline: 7 }).subscribe(destination);
    });
    const handler = (request: unknown) => {
      asked.push(request);
      return of(1);
    };
    const question = prompt('?', { context: { tenant: 'a', deadline: 9 } });
    watch(within(policy(handler))(question));
    watch(within(policy(handler))('four'));
    expect(asked).toEqual([
      { tenant: 'a', deadline: 9 },
      { ...question, context: { tenant: 'a', deadline: 7 } },
      {},
      'four',
    ]);
    expect(watch(of(1, 2).pipe(within)).values).toEqual([1, 2]);
  });

  it('calls the handler at each subscription, with the same request', () => {
    const { policy } = setUp();
    const handler = vi.fn((n: number) => of(n));
    const call = policy(handler)(7);
    expect(handler).not.toHaveBeenCalled();
    watch(call);
    watch(call);
    expect(handler.mock.calls).toEqual([[7], [7]]);
  });

  it('makes the throw of a handler the error of its call', () => {
    const { policy } = setUp();
    const thrown = new Error('mine');
    const call = policy(() => {
      throw thrown;
    })(undefined);
    expect(watch(call).end).toEqual({ error: thrown });
  });
});
