import { createParser, type EventSourceMessage, type ParseError } from 'eventsource-parser';
import { BareJson } from './bare-json';
import { frameTooLong } from './frame-too-long';
import type { FrameReader, FrameSink, Framing, FramingOptions } from './framing';
import { Utf8 } from './utf8';

// Room for what a line holds besides its data (`data: `), since the parser counts raw text.
const FIELD_LENGTH = 64;

/**
 * Server-sent events as model servers write them: the standard's format, and besides
 * it an `error:` field, bare JSON between the lines, and a last event without its
 * blank line.
 */
export const sse: Framing = (sink, options) => new EventReader(sink, options);

class EventReader implements FrameReader {
  readonly #decoder = new Utf8();
  readonly #parser;
  /** Made for the first line that is none of an event. */
  #json: BareJson | undefined;
  #afterReturn = false;
  /** Whether the parser has the beginning of a line. */
  #inLine = false;
  #ending = false;

  constructor(
    private readonly sink: FrameSink,
    private readonly options: FramingOptions,
  ) {
    const { maxFrameLength, onComment } = options;
    this.#parser = createParser({
      maxBufferSize: maxFrameLength + FIELD_LENGTH,
      onEvent: (message) => {
        this.#event(message);
      },
      onError: (error) => {
        this.#odd(error);
      },
      ...(onComment ? { onComment } : {}),
    });
  }

  push(bytes: Uint8Array): void {
    this.#feed(this.#decoder.push(bytes));
  }

  end(): void {
    this.#feed(this.#decoder.end());
    this.#ending = true;
    this.#parser.feed('\n\n');
  }

  // The parser holds back a line that ends in CR until it sees what follows. Here CR
  // ends its line at once, and an LF that comes with the next piece is dropped.
  #feed(text: string): void {
    if (text === '') return;
    const rest = this.#afterReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.#afterReturn = rest.endsWith('\r');
    const lines = rest.includes('\r') ? rest.replace(/\r\n?/g, '\n') : rest;
    // The parser copies what it is fed where that goes on with a line: so that is only the line.
    const end = this.#inLine ? lines.indexOf('\n') + 1 : 0;
    if (end > 0) this.#parser.feed(lines.slice(0, end));
    this.#parser.feed(lines.slice(end));
    this.#inLine = !lines.endsWith('\n');
  }

  #event({ data, event }: EventSourceMessage): void {
    this.#json?.reset();
    // A stream cut inside `data: {…` has no event there yet.
    if (!this.#ending || data !== '') this.#deliver(data, event);
  }

  #odd({ type, field, value = '', line = '' }: ParseError): void {
    if (type === 'max-buffer-size-exceeded') throw frameTooLong(this.options.maxFrameLength);
    if (type !== 'unknown-field') return;
    if (field === 'error') this.#deliver(value, 'error');
    else (this.#json ??= new BareJson(this.sink, this.options)).line(line, this.#ending);
  }

  #deliver(data: string, event: string | undefined): void {
    const { maxFrameLength } = this.options;
    if (data.length > maxFrameLength) throw frameTooLong(maxFrameLength);
    this.sink.frame(data, event, this.#ending);
  }
}
