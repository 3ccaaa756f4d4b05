import { of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type Call, streamPolicy } from '../../src/internal/stream-policy';
import { prompt } from '../../src/request/messages';
import { watch } from '../support/watch';

describe('streamPolicy', () => {
  const setUp = () => {
    const calls: Call[] = [];
    const policy = streamPolicy<number>((source, call) => {
      calls.push(call);
      return source;
    });
    return { calls, policy };
  };

  it('makes an operator, which knows of no request', () => {
    const { calls, policy } = setUp();
    expect(watch(of(1, 2).pipe(policy)).values).toEqual([1, 2]);
    expect(calls).toEqual([{ request: undefined, chat: false }]);
  });

  it('makes a policy, which knows the request and whether it is of chat', () => {
    const { calls, policy } = setUp();
    const question = prompt('?');
    watch(policy(() => of(1))(question));
    watch(policy((text: string) => of(text.length))('four'));
    expect(calls).toEqual([
      { request: question, chat: true },
      { request: 'four', chat: false },
    ]);
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
