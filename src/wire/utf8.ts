const BYTE_ORDER_MARK = '\ufeff';

// It keeps nothing from one text to the next. Made for the first piece, as the package also loads
// where there is none: Jest's picture of a browser, for one.
let whole: TextDecoder | undefined;

/**
 * Decodes bytes that may be cut anywhere, also within a character, and drops a byte order mark at
 * their beginning.
 *
 * A piece that begins and ends between characters is decoded by itself: engines make of it a text
 * of one byte a character where they can, which is smaller and faster in all that follows, while
 * what is decoded as part of a stream always takes two.
 */
export class Utf8 {
  /** Made for the first character that is cut. */
  #cut: TextDecoder | undefined;
  #begun = false;
  #isCut = false;

  /** Decodes a piece; what is left of its last character waits for the next one. */
  push(bytes: Uint8Array): string {
    const wasCut = this.#isCut;
    // Each character begins anew behind one of ASCII. Behind another one, it isn't known.
    if (bytes.length > 0) this.#isCut = bytes[bytes.length - 1]! > 0x7f;
    if (!wasCut && !this.#isCut) {
      whole ??= new TextDecoder('utf-8', { ignoreBOM: true });
      return this.#begin(whole.decode(bytes));
    }
    this.#cut ??= new TextDecoder('utf-8', { ignoreBOM: true });
    return this.#begin(this.#cut.decode(bytes, { stream: true }));
  }

  /** What is left when no byte will follow. */
  end(): string {
    return this.#begin(this.#cut?.decode() ?? '');
  }

  #begin(text: string): string {
    if (this.#begun || text === '') return text;
    this.#begun = true;
    return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  }
}
