import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { LlmError } from '../error/llm-error';

/** How many bytes may wait to be decoded. */
const BACKLOG = 16 * 1024 * 1024;

const CHUNK = 65_536;
const NOTHING = new Uint8Array(0);

/** What servers and proxies put where a coding belongs, and what leaves the bytes as they are. */
const NO_CODING = /^(?:|identity|none|utf-8|chunked)$/;

/** The codings that a `content-encoding` names, or an empty text. */
export function codingOf(header: string | undefined): string {
  if (header === undefined) return '';
  const names = header.toLowerCase().split(',');
  return names
    .map((name) => name.trim())
    .filter((name) => !NO_CODING.test(name))
    .join();
}

/** Where the decoded bytes go; after `end` or `error` nothing follows. */
export interface DecompressObserver {
  readonly next: (bytes: Uint8Array) => void;
  /** The body has ended; with a reason if the connection had failed. */
  readonly end: (reason: LlmError | undefined) => void;
  readonly error: (error: LlmError) => void;
}

/** Decodes a body that was sent compressed although nobody asked for it. */
export class Decompressor {
  #stream: Transform | undefined;
  #ended = false;
  #reason: LlmError | undefined;

  constructor(
    private readonly coding: string,
    private readonly observer: DecompressObserver,
  ) {}

  push(bytes: Uint8Array): void {
    const stream = (this.#stream ??= this.#open(bytes));
    // Pausing the response is no way out: undici crashes the process when a paused one
    // that has no length is reset. So a sender that is faster than zlib is turned away.
    if (!stream) this.#fail(malformed('has a content-encoding other than gzip, deflate or br'));
    else if (stream.writableLength > BACKLOG)
      this.#fail(malformed('comes too fast to be decoded', false));
    else stream.write(bytes);
  }

  /** Says that no byte will follow, and why if it is not for the end of the body. */
  end(reason?: LlmError): void {
    this.#ended = true;
    this.#reason = reason;
    const stream = this.#stream;
    // A body of no bytes at all is no broken one.
    if (!stream) this.observer.end(reason);
    // Ended at once, a decoder keeps to itself what it has made of the last bytes of a cut body.
    else stream.write(NOTHING, () => stream.end());
  }

  destroy(): void {
    this.#stream?.destroy();
  }

  #open(first: Uint8Array): Transform | undefined {
    return createDecoder(this.coding, first)
      ?.on('data', this.observer.next)
      .on('end', () => {
        this.observer.end(this.#reason);
      })
      .on('error', ({ code }: NodeJS.ErrnoException) => {
        if (this.#reason) this.observer.end(this.#reason);
        else if (this.#ended && code === 'Z_BUF_ERROR') this.#fail(truncated());
        else this.#fail(malformed('is not what its content-encoding says'));
      });
  }

  #fail(error: LlmError): void {
    this.destroy();
    this.observer.error(error);
  }
}

function createDecoder(coding: string, first: Uint8Array): Transform | undefined {
  const options = { chunkSize: CHUNK };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(options);
    case 'br':
      return createBrotliDecompress(options);
    case 'deflate':
      // The name means zlib's format, but some servers send what is inside of it.
      return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options);
    default:
      return undefined;
  }
}

function malformed(what: string, retryable = true): LlmError {
  return new LlmError(`the compressed body ${what}; check what stands between you and the server`, {
    kind: 'malformed',
    retryable,
  });
}

function truncated(): LlmError {
  return new LlmError('the compressed body breaks off; it may be asked again', {
    kind: 'truncated',
  });
}
