import type { ChatRequest } from '../request/chat-request';
import type { Transport } from '../transport/transport';
import type { Framing } from '../wire/framing';
import type { CreateDecoder } from './decoder';

/** The options that all providers share. */
export interface ProviderOptions {
  /** The model to ask; a request's own `model` goes first. */
  readonly model?: string | undefined;
  /**
   * The key, sent in a header and shown nowhere else.
   *
   * @defaultValue the provider's usual environment variable
   */
  readonly apiKey?: string | undefined;
  /** Where the API is, as in the vendor's own SDK. A query string is kept. */
  readonly baseURL?: string | undefined;
  /** More headers for each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The name that events and errors carry; also the key of `providerOptions`. */
  readonly name?: string | undefined;
  /**
   * What sends the request.
   *
   * @defaultValue one keep-alive pool that all providers share
   */
  readonly transport?: Transport | undefined;
  /**
   * The size of the largest frame of a stream, and of a whole JSON body, in characters.
   *
   * @defaultValue 16777216
   */
  readonly maxFrameLength?: number | undefined;
}

/** A request as it goes onto the wire. */
export interface EncodedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What makes a protocol. */
export interface Protocol {
  readonly name: string;
  readonly encode: (request: ChatRequest) => EncodedRequest;
  readonly framing: Framing;
  readonly createDecoder: CreateDecoder;
  /** Values that must not appear in any error. */
  readonly secrets: () => readonly string[];
}
