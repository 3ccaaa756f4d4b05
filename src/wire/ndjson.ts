import { frameTooLong } from './frame-too-long';
import type { FrameReader, FrameSink, Framing, FramingOptions } from './framing';
import { Utf8 } from './utf8';

/** One JSON value a line; blank lines are skipped. */
export const ndjson: Framing = (sink, options) => new LineReader(sink, options);

class LineReader implements FrameReader {
  readonly #decoder = new Utf8();
  #pending = '';

  constructor(
    private readonly sink: FrameSink,
    private readonly options: FramingOptions,
  ) {}

  push(bytes: Uint8Array): void {
    this.#feed(this.#decoder.push(bytes));
  }

  end(): void {
    this.#feed(this.#decoder.end());
    this.#deliver(this.#pending, true);
    this.#pending = '';
  }

  #feed(text: string): void {
    const { maxFrameLength } = this.options;
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const line = this.#pending + text.slice(start, end);
      this.#pending = '';
      start = end + 1;
      this.#deliver(line, false);
    }
    this.#pending += text.slice(start);
    // One more for the CR that may end the line.
    if (this.#pending.length > maxFrameLength + 1) throw frameTooLong(maxFrameLength);
  }

  #deliver(text: string, ended: boolean): void {
    const { maxFrameLength } = this.options;
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (line.length > maxFrameLength) throw frameTooLong(maxFrameLength);
    if (/\S/.test(line)) this.sink.frame(line, undefined, ended);
  }
}
