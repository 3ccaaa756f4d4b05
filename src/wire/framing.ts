/** Takes the frames of a body. */
export interface FrameSink {
  /**
   * Takes a frame.
   *
   * @param data - The frame's data.
   * @param event - Its event name, where the framing has one.
   * @param ended - Whether it has no end mark because the body ended, so that it may be cut.
   */
  frame(data: string, event: string | undefined, ended: boolean): void;
}

/** Cuts bytes into frames; it may be fed in pieces of any size. */
export interface FrameReader {
  /** Takes more bytes. Throws an `LlmError` of kind `malformed` when a frame is too large. */
  push(bytes: Uint8Array): void;
  /** Says that no byte will follow; a last frame without its end mark is delivered. */
  end(): void;
}

/** Makes a reader. */
export type Framing = (sink: FrameSink, options: FramingOptions) => FrameReader;

/** The bounds of a reader. */
export interface FramingOptions {
  /** The size of the largest frame that is accepted, in characters. */
  readonly maxFrameLength: number;
  /** Called for a comment, with which servers keep a stream alive. */
  readonly onComment?: () => void;
}
