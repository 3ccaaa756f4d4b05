import { Observable, type Subscriber } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import { mergeEvents } from '../internal/merge-events';

type Waiter<T> = {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
};

const done = { done: true, value: undefined } as const;

/**
 * Lets `for await` read a stream at its own pace.
 *
 * ```text
 * source          S-a-b-F|
 * toAsyncIterable S-a-b-F|
 * ```
 *
 * The source is subscribed to when reading begins, and unsubscribed from, which aborts the
 * request, when the loop is left. While the reader is slow, deltas that follow each other
 * are joined, so it reads larger pieces and nothing is lost; the queue is not one of tokens.
 * Pieces of text (strings, as of {@link textDeltas}) are joined alike, so don't read
 * snapshots such as those of {@link textSoFar} with it.
 *
 * @param source - Events, or pieces of text. Left out, it returns a function for the `pipe` that
 * RxJS exports; the method of an Observable takes only what returns an Observable.
 * @returns An iterable; each iteration is a new call. Errors are thrown to the reader after
 * what came before them.
 *
 * @example
 * ```ts
 * for await (const text of toAsyncIterable(ask(request).pipe(textDeltas()))) {
 *   process.stdout.write(text);
 * }
 * const pieces = pipe(ask, textDeltas(), toAsyncIterable());
 * for await (const text of pieces(request)) process.stdout.write(text);
 * ```
 */
export function toAsyncIterable<T extends ChatEvent | string>(
  source: Observable<T>,
): AsyncIterable<T>;
export function toAsyncIterable<T extends ChatEvent | string = ChatEvent>(): (
  source: Observable<T>,
) => AsyncIterable<T>;
export function toAsyncIterable<T extends ChatEvent | string>(
  source?: Observable<T>,
): AsyncIterable<T> | ((source: Observable<T>) => AsyncIterable<T>) {
  if (!source) return (later) => toAsyncIterable(later);
  return { [Symbol.asyncIterator]: () => new Reader(source) };
}

class Reader<T extends ChatEvent | string> implements AsyncIterator<T, undefined> {
  readonly #source: Observable<T>;
  readonly #waiters: Waiter<T>[] = [];
  #queue: T[] = [];
  #call: Subscriber<T> | undefined;
  #end: { readonly error: unknown } | 'complete' | undefined;

  constructor(source: Observable<T>) {
    this.#source = source;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#queue.length > 0) {
      return Promise.resolve({ done: false, value: this.#queue.shift()! });
    }
    if (this.#end === 'complete') return Promise.resolve(done);
    if (this.#end) {
      const { error } = this.#end;
      this.#end = 'complete';
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      if (!this.#call) this.#ask();
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#call?.unsubscribe();
    this.#queue = [];
    this.#end = 'complete';
    this.#finish('complete');
    return Promise.resolve(done);
  }

  #ask(): void {
    new Observable<T>((call) => {
      // Before the source runs, as whoever hears of its first value may read on, or leave.
      this.#call = call;
      this.#source.subscribe(call);
    }).subscribe({
      next: (value) => {
        this.#push(value);
      },
      error: (error: unknown) => {
        this.#finish({ error });
      },
      complete: () => {
        this.#finish('complete');
      },
    });
  }

  #push(value: T): void {
    const waiter = this.#waiters.shift();
    if (waiter) {
      waiter.resolve({ done: false, value });
      return;
    }
    const last = this.#queue.at(-1);
    const merged = last === undefined ? undefined : mergeEvents(last, value);
    if (merged === undefined) this.#queue.push(value);
    else this.#queue[this.#queue.length - 1] = merged;
  }

  #finish(end: { readonly error: unknown } | 'complete'): void {
    this.#end ??= end;
    const [first, ...others] = this.#waiters.splice(0);
    if (end === 'complete') first?.resolve(done);
    else if (first) {
      this.#end = 'complete';
      first.reject(end.error);
    }
    for (const waiter of others) waiter.resolve(done);
  }
}
