import { Observable, of, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { finish, start, textDelta, toolCall, usage } from '../../src/testing/index';
import { toAsyncIterable } from '../../src/view/to-async-iterable';

/** A source that is played by hand, and counts who listens. */
function played<T extends ChatEvent | string = ChatEvent>() {
  const values = new Subject<T>();
  const state = { subscribed: 0, left: 0 };
  const source = new Observable<T>((destination) => {
    state.subscribed += 1;
    const subscription = values.subscribe(destination);
    return () => {
      state.left += 1;
      subscription.unsubscribe();
    };
  });
  return { values, state, source };
}

describe('toAsyncIterable', () => {
  it('reads all events in order, and ends', async () => {
    const events = [start(), textDelta('a'), toolCall('tool'), textDelta('b'), finish()];
    const seen: ChatEvent[] = [];
    for await (const event of toAsyncIterable(of(...events))) seen.push(event);
    expect(seen).toEqual(events);
  });

  it('is a function for pipes when no source is given', async () => {
    const seen: string[] = [];
    for await (const text of toAsyncIterable<string>()(of('a', 'b'))) seen.push(text);
    expect(seen.join('')).toBe('ab');
  });

  it('subscribes at the first read, and anew for each iteration', async () => {
    const { source, state, values } = played();
    const iterable = toAsyncIterable(source);
    const [first, second] = [iterable, iterable].map((it) => it[Symbol.asyncIterator]());
    expect(state.subscribed).toBe(0);
    void first!.next();
    expect(state.subscribed).toBe(1);
    void second!.next();
    void second!.next();
    expect(state.subscribed).toBe(2);
    values.complete();
    await expect(first!.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it('gives a slow reader larger pieces, and a bounded queue', async () => {
    const { source, values } = played();
    const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
    const first = reader.next();
    values.next(start());
    await first;
    for (let n = 0; n < 10_000; n += 1) values.next(textDelta('x'));
    for (let n = 0; n < 10_000; n += 1) values.next({ type: 'reasoning-delta', text: 'y' });
    for (let n = 0; n < 10_000; n += 1) {
      values.next({ type: 'tool-call-delta', index: 0, id: 'c', name: 't', input: 'z' });
    }
    for (let n = 0; n < 10_000; n += 1) values.next(usage({ outputTokens: n }));
    values.next(finish());
    values.complete();
    const rest: ChatEvent[] = [];
    for (let step = await reader.next(); !step.done; step = await reader.next())
      rest.push(step.value);
    expect(rest).toEqual([
      textDelta('x'.repeat(10_000)),
      { type: 'reasoning-delta', text: 'y'.repeat(10_000) },
      { type: 'tool-call-delta', index: 0, id: 'c', name: 't', input: 'z'.repeat(10_000) },
      usage({ outputTokens: 9999 }),
      finish(),
    ]);
  });

  it('does not join across another event, nor two calls, nor the events of the source', async () => {
    const deltas = [0, 1].map(
      (index) => ({ type: 'tool-call-delta', index, id: 'c', name: 't', input: 'z' }) as const,
    );
    const events = [textDelta('a'), toolCall('t'), textDelta('b'), textDelta('c'), ...deltas];
    Object.freeze(events[2]);
    const reader = toAsyncIterable(of<ChatEvent[]>(...events))[Symbol.asyncIterator]();
    const seen: unknown[] = [];
    for (let step = await reader.next(); !step.done; step = await reader.next())
      seen.push(step.value);
    expect(seen).toEqual([textDelta('a'), toolCall('t'), textDelta('bc'), ...deltas]);
    expect(events[2]).toEqual(textDelta('b'));
  });

  it('aborts when the loop is left, also while a read is pending', async () => {
    const { source, state, values } = played<string>();
    queueMicrotask(() => values.next('a'));
    for await (const text of toAsyncIterable(source)) {
      expect(text).toBe('a');
      break;
    }
    expect(state.left).toBe(1);

    const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
    const pending = reader.next();
    await expect(reader.return!()).resolves.toEqual({ done: true, value: undefined });
    await expect(pending).resolves.toEqual({ done: true, value: undefined });
    await expect(reader.next()).resolves.toEqual({ done: true, value: undefined });
    expect(state).toEqual({ subscribed: 2, left: 2 });
  });

  it('aborts also while the source is being subscribed to', async () => {
    const state = { produced: 0, left: 0 };
    const source = new Observable<string>((destination) => {
      while (!destination.closed && state.produced < 9) {
        state.produced += 1;
        destination.next('a');
        if (state.produced === 2) void reader.return!();
      }
      return () => (state.left += 1);
    });
    const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
    await expect(reader.next()).resolves.toEqual({ done: false, value: 'a' });
    await expect(reader.next()).resolves.toEqual({ done: true, value: undefined });
    expect(state).toEqual({ produced: 2, left: 1 });
  });

  it('subscribes once, also for who reads on while it does', async () => {
    const reads: Promise<unknown>[] = [];
    let subscribed = 0;
    const source = new Observable<string>((destination) => {
      subscribed += 1;
      destination.next('a');
      if (subscribed === 1) reads.push(reader.next());
      destination.next('b');
    });
    const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
    reads.unshift(reader.next());
    await expect(Promise.all(reads)).resolves.toMatchObject([{ value: 'a' }, { value: 'b' }]);
    expect(subscribed).toBe(1);
  });

  it('never subscribes when it is left before the first read', async () => {
    const { source, state } = played();
    const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
    await reader.return!();
    await expect(reader.next()).resolves.toEqual({ done: true, value: undefined });
    expect(state.subscribed).toBe(0);
  });

  it('throws an error after what came before it, once, as it is', async () => {
    const { source, values } = played<string>();
    const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
    const first = reader.next();
    const error = new LlmError('x', { kind: 'network' });
    values.next('a');
    values.next('b');
    values.error(error);
    await expect(first).resolves.toEqual({ done: false, value: 'a' });
    await expect(reader.next()).resolves.toEqual({ done: false, value: 'b' });
    await expect(reader.next()).rejects.toBe(error);
    await expect(reader.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it('rejects a pending read, and ends the others', async () => {
    const { source, values } = played<string>();
    const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
    const reads = [reader.next(), reader.next()];
    values.error(undefined);
    await expect(reads[0]).rejects.toBeUndefined();
    await expect(reads[1]).resolves.toEqual({ done: true, value: undefined });
  });

  it('leaves no unhandled rejection when nobody reads the error', async () => {
    const reader = toAsyncIterable(throwError(() => new Error('nobody')))[Symbol.asyncIterator]();
    await expect(reader.next()).rejects.toThrow('nobody');
    await reader.return!();
  });

  it('answers reads in the order in which they were asked', async () => {
    const { source, values } = played<string>();
    const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
    const reads = [reader.next(), reader.next(), reader.next()];
    for (const text of ['a', 'b', 'c']) values.next(text);
    const results = await Promise.all(reads);
    expect(results.map(({ value }) => value as string)).toEqual(['a', 'b', 'c']);
  });
});
