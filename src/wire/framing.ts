/** Takes a frame: its data, and the event name where the framing has one. */
export type OnFrame = (data: string, event: string | undefined) => void;

/** Cuts bytes into frames; it may be fed in pieces of any size. */
export interface FrameReader {
  /** Takes more bytes. Throws an `LlmError` of kind `malformed` when a frame is too large. */
  push(bytes: Uint8Array): void;
  /** Says that no byte will follow; a last frame without its end mark is delivered. */
  end(): void;
}

/** Makes a reader. */
export type Framing = (onFrame: OnFrame, options: FramingOptions) => FrameReader;

/** The bounds of a reader. */
export interface FramingOptions {
  /** The size of the largest frame that is accepted, in characters. */
  readonly maxFrameLength: number;
  /** Called for a comment, with which servers keep a stream alive. */
  readonly onComment?: () => void;
}
