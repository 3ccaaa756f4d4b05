import { EMPTY, catchError, type Observable } from 'rxjs';
import { onTestFinished } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import { fetchTransport } from '../../src/transport/fetch';
import type { ResponseHead, Transport, TransportRequest } from '../../src/transport/transport';
import {
  type HttpTransport,
  httpTransport,
  type HttpTransportOptions,
} from '../../src/transport/undici';

export const key = 'sk-very-secret-0123456789';
export const question = 'what-nobody-may-read-in-an-error';

/** A request to a local server. */
export function requestTo(url: string, rest: Partial<TransportRequest> = {}): TransportRequest {
  return {
    url: `${url}/v1/chat?version=1`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ question }),
    finished: () => false,
    ...rest,
  };
}

/** A transport on undici that lets no connection go by itself, and is closed with the test. */
export function pooled(options?: HttpTransportOptions): HttpTransport {
  const transport = httpTransport({ keepAliveTimeout: 2 ** 31 - 1, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

/** Both transports, for what they have in common. */
export const transports: readonly (readonly [
  name: string,
  create: (options?: { readonly maxResponseBytes: number }) => Transport,
])[] = [
  ['httpTransport', pooled],
  ['fetchTransport', fetchTransport],
];

/** All that a call pushed. */
export interface Outcome {
  readonly heads: ResponseHead[];
  text: string;
  /** The error, or `undefined` for a call that completed. */
  error: LlmError | undefined;
}

/** Runs a call to its end. */
export function outcomeOf(call: Observable<ResponseHead | Uint8Array>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const outcome: Outcome = { heads: [], text: '', error: undefined };
    const decoder = new TextDecoder();
    call
      .pipe(
        catchError((error: unknown) => {
          if (LlmError.is(error)) outcome.error = error;
          else reject(new Error('not an LlmError', { cause: error }));
          return EMPTY;
        }),
      )
      .subscribe({
        next: (part) => {
          if (part instanceof Uint8Array) outcome.text += decoder.decode(part, { stream: true });
          else outcome.heads.push(part);
        },
        complete: () => resolve(outcome),
      });
  });
}
