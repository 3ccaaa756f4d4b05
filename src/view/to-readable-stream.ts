import type { Observable } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import { toAsyncIterable } from './to-async-iterable';

/**
 * Turns a stream into a `ReadableStream`, for pipes, and for `Response` bodies, which take bytes.
 *
 * ```text
 * source           S-a-b-F|
 * toReadableStream S-a-b-F|
 * ```
 *
 * It is pulled: the source is subscribed to at the first read, and a slow reader gets
 * larger pieces, as with {@link toAsyncIterable}. Cancelling it aborts the request.
 *
 * @param source - Events, or pieces of text. Left out, it returns a function for the `pipe` that
 * RxJS exports; the method of an Observable takes only what returns an Observable.
 * @returns A stream of the same values. Errors of the call are errors of the stream.
 *
 * @example
 * ```ts
 * const text = toReadableStream(ask(request).pipe(textDeltas()));
 * const response = new Response(text.pipeThrough(new TextEncoderStream()));
 * ```
 */
export function toReadableStream<T extends ChatEvent | string>(
  source: Observable<T>,
): ReadableStream<T>;
export function toReadableStream<T extends ChatEvent | string = ChatEvent>(): (
  source: Observable<T>,
) => ReadableStream<T>;
export function toReadableStream<T extends ChatEvent | string>(
  source?: Observable<T>,
): ReadableStream<T> | ((source: Observable<T>) => ReadableStream<T>) {
  if (!source) return (later) => toReadableStream(later);
  const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
  return new ReadableStream<T>(
    {
      pull: async (controller) => {
        const next = await reader.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => {
        await reader.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
