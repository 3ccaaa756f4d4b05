import { Observable, type Subscriber } from 'rxjs';
import { classify } from '../error/classify';
import { keepOne } from '../internal/keep-one';
import { checkFunction, checkNumber } from '../internal/options';
import { prepare, secretsIn, type PreparedRequest } from './prepare';
import { Release } from './release';
import { MAX_RESPONSE_BYTES, responseTooLarge } from './response-size';
import type { ResponseHead, Transport } from './transport';

/** Options for {@link fetchTransport}. */
export interface FetchTransportOptions {
  /**
   * What to call in place of the global `fetch`.
   *
   * @defaultValue the global `fetch`
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * The size of the largest response that is accepted, in bytes after decoding.
   *
   * @defaultValue `268435456`
   */
  readonly maxResponseBytes?: number | undefined;
}

/**
 * Sends requests with `fetch`, in browsers and on edge runtimes.
 *
 * Redirects are not followed. Unsubscribing aborts the request at whatever stage it is.
 * Unlike `httpTransport` it can't see a compressed body that breaks off: `fetch` hands
 * over what came before as if it were all.
 *
 * @param options - See {@link FetchTransportOptions}.
 * @returns A transport.
 *
 * @example
 * ```ts
 * // A browser asks its own server, which knows the key.
 * const baseURL = new URL('/v1', location.href).href;
 * const ask = openai({ model: 'gpt-5-mini', baseURL, transport: fetchTransport() });
 * ```
 */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const {
    fetch = (url, init) => globalThis.fetch(url, init),
    maxResponseBytes = MAX_RESPONSE_BYTES,
  } = options;
  checkFunction('fetchTransport', 'fetch', fetch);
  checkNumber('fetchTransport', 'maxResponseBytes', maxResponseBytes, { min: 1 });
  return (request) =>
    new Observable((subscriber) => {
      // Not before: some servers let nothing be made to abort with outside of a request.
      keepOne(FetchCall, (reader, nothing) => [
        new FetchCall(reader, nothing, 0),
        new Release(nothing),
      ]);
      const call = new FetchCall(subscriber, request.finished, maxResponseBytes);
      void call.run(fetch, prepare(request));
      return () => {
        call.leave();
      };
    });
}

/** One call: the promises of `fetch` in, notifications out. */
class FetchCall {
  readonly #aborter = new AbortController();
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #release: Release | undefined;
  #received = 0;
  #over = false;

  constructor(
    private readonly subscriber: Subscriber<ResponseHead | Uint8Array>,
    private readonly finished: () => boolean,
    private readonly maxResponseBytes: number,
  ) {}

  async run(fetch: typeof globalThis.fetch, request: PreparedRequest): Promise<void> {
    try {
      const response = await fetch(request.target.href, {
        method: 'POST',
        headers: request.headers,
        body: request.body,
        redirect: 'manual',
        signal: this.#aborter.signal,
      });
      const reader = (this.#reader = response.body?.getReader());
      // A `fetch` of one's own may not know the signal.
      if (this.#aborter.signal.aborted) this.#abort();
      this.#head(response);
      for (;;) {
        const bytes = (await reader?.read())?.value;
        if (bytes === undefined) break;
        this.#bytes(bytes);
      }
      this.#end();
      this.subscriber.complete();
    } catch (cause) {
      this.#end();
      this.subscriber.error(classify({ cause: named(cause), secrets: secretsIn(request) }));
    }
  }

  /** The subscriber has left. A call that is over is not aborted. */
  leave(): void {
    if (this.#over) return;
    if (this.finished()) {
      this.#release = new Release(() => this.#abort());
      this.#release.linger();
    } else this.#abort();
  }

  #abort(): void {
    this.#aborter.abort();
    this.#reader?.cancel().catch(() => undefined);
  }

  #head({ status, type, headers }: Response): void {
    this.subscriber.next({
      // Browsers show of a redirect only that it is one.
      status: type === 'opaqueredirect' ? 302 : status,
      headers: Object.fromEntries(headers),
      receivedAt: Date.now(),
    });
  }

  #bytes(bytes: Uint8Array): void {
    this.#received += bytes.length;
    if (this.#release) this.#release.skip(bytes.length);
    else if (this.#received > this.maxResponseBytes) {
      this.subscriber.error(responseTooLarge(this.maxResponseBytes));
    } else this.subscriber.next(bytes);
  }

  #end(): void {
    this.#over = true;
    this.#release?.end();
  }
}

// Each platform reports a broken connection by an error of its own, which elsewhere may be a bug.
// What says more than that by its name or code is found in the cause.
function named(cause: unknown): Error {
  return Object.assign(new Error('fetch failed', { cause }), { name: 'NetworkError' });
}
