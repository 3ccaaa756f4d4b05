import type { Subscriber } from 'rxjs';
import type { Dispatcher } from 'undici';
import { classify } from '../error/classify';
import type { Connection, ConnectionSource } from './connection';
import { Decompressor } from './decompress';
import type { PreparedRequest } from './prepare';
import { Release } from './release';
import { responseTooLarge } from './response-size';
import type { ResponseHead } from './transport';

/** What a call is made of. */
export interface UndiciCallOptions {
  readonly request: PreparedRequest;
  readonly finished: () => boolean;
  readonly maxResponseBytes: number;
}

const gone = new Error('the subscriber has left');

/** One call: undici's callbacks in, notifications out, without a stream in between. */
export class UndiciCall implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #connection: Connection | undefined;
  #stopWaiting: (() => void) | undefined;
  #decompressor: Decompressor | undefined;
  #release: Release | undefined;
  #received = 0;
  #left = false;
  /** Whether undici is done with the request. */
  #over = false;

  constructor(
    private readonly subscriber: Subscriber<ResponseHead | Uint8Array>,
    private readonly options: UndiciCallOptions,
  ) {}

  start(source: ConnectionSource): void {
    if (this.#left) return;
    this.#stopWaiting = source.acquire(this.options.request.url.origin, (connection) => {
      this.#connection = connection;
      this.#dispatch(connection);
    });
  }

  /** Ends the call with whatever went wrong. */
  fail(cause: unknown): void {
    this.#end();
    this.#connection?.discard();
    if (this.#left) return;
    const error = classify({ cause, secrets: this.options.request.secrets });
    if (this.#decompressor) this.#decompressor.end(error);
    else this.subscriber.error(error);
  }

  /** The subscriber has left. Nothing happens to the connection of a call that is over. */
  leave(): void {
    this.#left = true;
    this.#stopWaiting?.();
    this.#decompressor?.destroy();
    if (this.#over) return;
    if (this.#controller && this.options.finished()) {
      this.#release = new Release(() => {
        this.#abort();
      });
    } else this.#abort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Nothing was written yet, and an abort would close the connection.
    if (this.#left) throw gone;
    this.#controller = controller;
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    raw: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(raw)) {
      if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
    }
    const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
    if (encoding !== '' && encoding !== 'identity') this.#decompressor = this.#decode(encoding);
    this.subscriber.next({ status, headers, receivedAt: Date.now() });
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#left) this.#release?.skip(chunk.length);
    else if (this.#decompressor) this.#decompressor.push(chunk);
    else this.#next(chunk);
  }

  onResponseEnd(): void {
    this.#end();
    this.#connection?.release();
    if (this.#left) return;
    if (this.#decompressor) this.#decompressor.end();
    else this.subscriber.complete();
  }

  onResponseError(_: Dispatcher.DispatchController, error: unknown): void {
    this.fail(error);
  }

  #dispatch(connection: Connection): void {
    const { url, headers, body } = this.options.request;
    try {
      connection.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: 'POST',
          headers,
          body,
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

  #end(): void {
    this.#over = true;
    this.#release?.end();
  }

  #abort(): void {
    this.#controller?.abort(gone);
    this.#connection?.discard();
  }

  #next(bytes: Uint8Array): void {
    const { maxResponseBytes } = this.options;
    this.#received += bytes.length;
    if (this.#received > maxResponseBytes)
      this.subscriber.error(responseTooLarge(maxResponseBytes));
    else this.subscriber.next(bytes);
  }

  #decode(encoding: string): Decompressor {
    return new Decompressor(encoding, {
      next: (bytes) => {
        this.#next(bytes);
      },
      end: (reason) => {
        if (reason) this.subscriber.error(reason);
        else this.subscriber.complete();
      },
      error: (error) => {
        this.subscriber.error(error);
      },
    });
  }
}
