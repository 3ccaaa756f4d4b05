import { lastValueFrom, Observable, of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import { toReadableStream } from '../../src/view/to-readable-stream';

describe('toReadableStream', () => {
  it('is the body of a Response', async () => {
    const stream = toReadableStream(of('Hel', 'lo ✓'));
    const body = new Response(stream.pipeThrough(new TextEncoderStream()));
    await expect(body.text()).resolves.toBe('Hello ✓');
  });

  it('is a function for pipes when no source is given', async () => {
    const reader = toReadableStream<string>()(of('a')).getReader();
    await expect(reader.read()).resolves.toEqual({ done: false, value: 'a' });
    await expect(reader.read()).resolves.toEqual({ done: true, value: undefined });
  });

  it('asks only when it is read, and holds one joined piece for a slow reader', async () => {
    const values = new Subject<string>();
    let subscribed = 0;
    const source = new Observable<string>((destination) => {
      subscribed += 1;
      return values.subscribe(destination);
    });
    const reader = toReadableStream(source).getReader();
    await Promise.resolve();
    expect(subscribed).toBe(0);
    const first = reader.read();
    values.next('a');
    await expect(first).resolves.toEqual({ done: false, value: 'a' });
    for (let n = 0; n < 1000; n += 1) values.next('b');
    await expect(reader.read()).resolves.toEqual({ done: false, value: 'b'.repeat(1000) });
  });

  it('aborts the request when it is cancelled, also while a read is pending', async () => {
    let left = 0;
    const subscribed = new Subject<void>();
    const source = new Observable<string>(() => {
      subscribed.complete();
      return () => (left += 1);
    });
    const reader = toReadableStream(source).getReader();
    const pending = reader.read();
    await lastValueFrom(subscribed, { defaultValue: undefined });
    await reader.cancel();
    await expect(pending).resolves.toEqual({ done: true, value: undefined });
    expect(left).toBe(1);
  });

  it('aborts also when it is cancelled while the source is being subscribed to', async () => {
    let left = 0;
    const source = new Observable<string>(() => {
      void reader.cancel();
      return () => (left += 1);
    });
    const reader = toReadableStream(source).getReader();
    await expect(reader.read()).resolves.toEqual({ done: true, value: undefined });
    expect(left).toBe(1);
  });

  it('fails with the error of the call, after what came before it', async () => {
    const error = new LlmError('x', { kind: 'network' });
    const source = new Observable<string>((destination) => {
      destination.next('a');
      destination.error(error);
    });
    const reader = toReadableStream(source).getReader();
    await expect(reader.read()).resolves.toEqual({ done: false, value: 'a' });
    await expect(reader.read()).rejects.toBe(error);
  });
});
