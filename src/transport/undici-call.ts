import type { AsyncResource } from 'node:async_hooks';
import type { Subscriber, Unsubscribable } from 'rxjs';
import type { Dispatcher } from 'undici';
import { classify } from '../error/classify';
import type { LlmError } from '../error/llm-error';
import type { Connection, ConnectionSource, ConnectionUser } from './connection';
import { codingOf, Decompressor } from './decompress';
import { secretsIn, type PreparedRequest } from './prepare';
import { Release } from './release';
import { responseTooLarge } from './response-size';
import type { ResponseHead } from './transport';

/** Settings of a call. */
export interface UndiciCallOptions {
  readonly finished: () => boolean;
  readonly maxResponseBytes: number;
  /**
   * What the subscriber is told in. A connection serves many calls, and Node would tell each of
   * them in the context of whoever had it made.
   */
  readonly context: AsyncResource;
}

const gone = new Error('the subscriber has left');

/** One call: undici's callbacks in, notifications out, without a stream in between. */
export class UndiciCall implements Dispatcher.DispatchHandler, ConnectionUser, Unsubscribable {
  /** Until it is sent: its body need not be kept for as long as the answer takes. */
  #request: PreparedRequest | undefined;
  readonly #headers: PreparedRequest['headers'];
  readonly #target: PreparedRequest['target'];
  #source: ConnectionSource | undefined;
  #connection: Connection | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #decompressor: Decompressor | undefined;
  #release: Release | undefined;
  #received = 0;
  #left = false;
  /** Whether undici is done with the request. */
  #over = false;

  constructor(
    private readonly subscriber: Subscriber<ResponseHead | Uint8Array>,
    request: PreparedRequest,
    private readonly options: UndiciCallOptions,
  ) {
    this.#request = request;
    this.#headers = request.headers;
    this.#target = request.target;
  }

  start(source: ConnectionSource): void {
    if (this.#left || !this.#request) return;
    this.#source = source;
    source.acquire(this.#request.target.origin, this);
  }

  use(connection: Connection): void {
    const request = this.#request!;
    this.#request = undefined;
    this.#connection = connection;
    try {
      connection.dispatch(
        {
          origin: request.target.origin,
          path: request.target.path,
          method: 'POST',
          headers: request.headers,
          body: request.body,
          // Deadlines are kept on the caller's clock, and exactly.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        this,
      );
    } catch (cause) {
      this.fail(cause);
    }
  }

  /** Ends the call with whatever went wrong. */
  fail(cause: unknown): void {
    this.#end();
    this.#connection?.discard();
    if (this.#left) return;
    const secrets = secretsIn({ headers: this.#headers, target: this.#target });
    this.options.context.runInAsyncScope(this.#close, this, classify({ cause, secrets }));
  }

  /** The subscriber has left. Nothing happens to the connection of a call that is over. */
  unsubscribe(): void {
    this.#left = true;
    if (this.#request) this.#source?.forget(this.#request.target.origin, this);
    this.#decompressor?.destroy();
    if (this.#over) return;
    if (this.#controller && this.options.finished()) {
      this.#release = new Release(() => {
        this.#abort();
      });
      this.#release.linger();
    } else this.#abort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Nothing was written yet, and an abort would close the connection.
    if (this.#left) throw gone;
    this.#controller = controller;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    raw: Record<string, string | string[] | undefined>,
  ): void {
    // Some thirty buffers, which undici would keep as long as the stream is open.
    controller.rawHeaders = null;
    if (status < 200) return;
    const headers = joined(raw);
    const coding = codingOf(headers['content-encoding']);
    if (coding !== '') this.#decompressor = this.#decode(coding);
    const head: ResponseHead = { status, headers, receivedAt: Date.now() };
    this.options.context.runInAsyncScope(this.#begin, this, head);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#left) this.#release?.skip(chunk.length);
    else this.options.context.runInAsyncScope(this.#take, this, chunk);
  }

  onResponseEnd(): void {
    this.#end();
    this.#connection?.release();
    if (!this.#left) this.options.context.runInAsyncScope(this.#close, this);
  }

  onResponseError(_: Dispatcher.DispatchController, error: unknown): void {
    this.fail(error);
  }

  #end(): void {
    this.#over = true;
    this.#release?.end();
  }

  #abort(): void {
    this.#controller?.abort(gone);
    this.#connection?.discard();
  }

  #begin(head: ResponseHead): void {
    this.subscriber.next(head);
  }

  #take(chunk: Uint8Array): void {
    if (this.#decompressor) this.#decompressor.push(chunk);
    else this.#next(chunk);
  }

  /** No byte will follow; with a reason if it is not for the end of the body. */
  #close(reason?: LlmError): void {
    if (this.#decompressor) this.#decompressor.end(reason);
    else this.#finish(reason);
  }

  #finish(reason: LlmError | undefined): void {
    if (reason) this.subscriber.error(reason);
    else this.subscriber.complete();
  }

  #next(bytes: Uint8Array): void {
    const { maxResponseBytes } = this.options;
    this.#received += bytes.length;
    if (this.#received > maxResponseBytes)
      this.subscriber.error(responseTooLarge(maxResponseBytes));
    else this.subscriber.next(bytes);
  }

  #decode(coding: string): Decompressor {
    return new Decompressor(coding, {
      next: (bytes) => {
        this.#next(bytes);
      },
      end: (reason) => {
        this.#finish(reason);
      },
      error: (error) => {
        this.subscriber.error(error);
      },
    });
  }
}

/** Headers with one value each, as nearly all responses have them from the beginning. */
function joined(
  // A dispatcher of the user's own may tell of none.
  raw: Readonly<Record<string, string | string[] | undefined>> = {},
): ResponseHead['headers'] {
  if (isJoined(raw)) return raw;
  const headers: Record<string, string> = {};
  for (const name in raw) {
    const value = raw[name];
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
}

function isJoined(raw: Readonly<Record<string, unknown>>): raw is ResponseHead['headers'] {
  for (const name in raw) if (typeof raw[name] !== 'string') return false;
  return true;
}
