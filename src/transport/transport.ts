import type { Observable } from 'rxjs';

/** One HTTP POST. */
export interface TransportRequest {
  readonly url: string;
  /** Frozen where a provider has made them, as many requests share them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * Asked when the subscriber leaves before the body has ended: `true` says that the
   * protocol's terminal was read, so that the connection may go back to the pool if the
   * body ends at once; `false` aborts it.
   */
  readonly finished: () => boolean;
}

/** The status line and the headers of a response. */
export interface ResponseHead {
  readonly status: number;
  /** By lower-case name; a header that was sent twice is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The local clock when the head came, in milliseconds since 1970. */
  readonly receivedAt: number;
}

/**
 * Sends a request and pushes the head, then the decoded bytes of the body.
 *
 * Cold; unsubscribing aborts the socket. Fails with an `LlmError`. The end of the body
 * is completion, which does not say that the answer is whole: that is for the protocol.
 */
export type Transport = (request: TransportRequest) => Observable<ResponseHead | Uint8Array>;
