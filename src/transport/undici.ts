import { AsyncResource } from 'node:async_hooks';
import { Observable } from 'rxjs';
import type { Dispatcher } from 'undici';
import { classify } from '../error/classify';
import { keepOne } from '../internal/keep-one';
import { tie } from '../internal/operate';
import { checkNumber, MAX_DELAY } from '../internal/options';
import { borrowed, type ConnectionSource } from './connection';
import { prepare } from './prepare';
import { Release } from './release';
import { MAX_RESPONSE_BYTES } from './response-size';
import type { Transport } from './transport';
import { UndiciCall } from './undici-call';
import { UndiciPool } from './undici-pool';

/** Options for {@link httpTransport}. */
export interface HttpTransportOptions {
  /**
   * The most connections to one origin. Further requests wait for one.
   *
   * @defaultValue `Infinity`
   */
  readonly connections?: number | undefined;
  /**
   * How long an idle connection is kept, in milliseconds, where the server doesn't say.
   *
   * @defaultValue `4000`
   */
  readonly keepAliveTimeout?: number | undefined;
  /**
   * How long a connection may take to be made, in milliseconds; roughly kept.
   *
   * @defaultValue `10000`
   */
  readonly connectTimeout?: number | undefined;
  /**
   * The size of the largest response that is accepted, in bytes after decoding.
   *
   * @defaultValue `268435456`
   */
  readonly maxResponseBytes?: number | undefined;
  /**
   * An undici dispatcher to send requests through, for a proxy or for TLS settings. It
   * stays its owner's to close, and its own settings take the place of those above.
   *
   * @defaultValue a keep-alive pool
   */
  readonly dispatcher?: Pick<Dispatcher, 'dispatch'> | undefined;
}

/** A transport that holds connections. */
export interface HttpTransport extends Transport {
  /**
   * Takes no more requests, lets the running ones end and closes the connections.
   * To end the running ones as well, unsubscribe from them.
   */
  close(): Promise<void>;
}

/**
 * Sends requests over HTTP/1.1 with undici, on Node.
 *
 * Redirects are not followed, and nothing is sent a second time. Unsubscribing closes the
 * socket at once, at whatever stage the call is, unless the answer was read to its end:
 * then the connection goes back to the pool.
 *
 * @param options - See {@link HttpTransportOptions}.
 * @returns A transport with its own pool, opened with the first request.
 *
 * @example
 * ```ts
 * const transport = httpTransport({ connections: 8 });
 * const ask = openai({ model: 'gpt-5-mini', transport });
 * ```
 */
export function httpTransport(options: HttpTransportOptions = {}): HttpTransport {
  const {
    connections = Infinity,
    keepAliveTimeout = 4000,
    connectTimeout = 10_000,
    maxResponseBytes = MAX_RESPONSE_BYTES,
    dispatcher,
  } = options;
  checkNumber('httpTransport', 'connections', connections, { min: 1, integer: true });
  checkNumber('httpTransport', 'keepAliveTimeout', keepAliveTimeout, { min: 1, max: MAX_DELAY });
  checkNumber('httpTransport', 'connectTimeout', connectTimeout, { min: 1, max: MAX_DELAY });
  checkNumber('httpTransport', 'maxResponseBytes', maxResponseBytes, { min: 1 });

  let source: ConnectionSource | undefined = dispatcher && borrowed(dispatcher);
  let opening: Promise<UndiciPool> | undefined;
  let closed = false;

  // Loading undici takes longer than loading all the rest, so that waits for a request.
  const open = async (): Promise<UndiciPool> => {
    const undici = await import('undici');
    const pool = new UndiciPool(undici, { connections, keepAliveTimeout, connectTimeout });
    source = pool;
    return pool;
  };

  keepOne(UndiciCall, (reader, nothing) => [
    new UndiciCall(reader, nothing, nothing),
    new Release(nothing),
  ]);
  const transport: Transport = (request) =>
    new Observable((subscriber) => {
      if (closed) throw closedError();
      const { finished } = request;
      const prepared = prepare(request);
      const context = new AsyncResource('LlmRequest');
      const call = new UndiciCall(subscriber, prepared, { finished, maxResponseBytes, context });
      if (source) call.start(source);
      else {
        (opening ??= open()).then(
          (pool) => {
            call.start(pool);
          },
          (cause: unknown) => {
            call.fail(cause);
          },
        );
      }
      tie(subscriber, call);
    });

  return Object.assign(transport, {
    close: async () => {
      closed = true;
      await (await opening)?.close();
    },
  });
}

function closedError(): Error {
  const cause = Object.assign(new Error('the transport is closed'), { code: 'UND_ERR_CLOSED' });
  return classify({ cause });
}
