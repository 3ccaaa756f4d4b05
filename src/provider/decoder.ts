import type { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';

/**
 * Reads one answer of one protocol: frames in, events out, synchronously.
 *
 * What it emits is in order: `start`, deltas, `tool-call`s, `usage`, and `finish` last. Counts that
 * come with the start go out at once as well, so that they are known of an answer that fails.
 */
export interface Decoder {
  /**
   * Takes one frame. Returns `true` when it was the protocol's last one, after `finish`
   * was emitted. Throws `answer.failure(…)` when the frame reports an error, and an
   * `LlmError` of kind `malformed` when it can't be read.
   */
  frame(data: string, event: string | undefined): boolean;
  /**
   * Takes a whole JSON body that came in place of a stream: emits all of its answer
   * up to `finish`, or throws as `frame` does.
   */
  body(json: unknown): void;
  /**
   * Says that no frame will follow. Emits `finish` and returns `true` when enough was
   * seen to know that the answer is whole; otherwise emits nothing and returns `false`.
   */
  end(): boolean;
}

/** What a decoder knows of the answer that it reads. */
export interface AnswerContext {
  /** The name for the `start` event and for errors. */
  readonly provider: string;
  emit(event: ChatEvent): void;
  /** Makes the error for an error object that the server put into the body. */
  failure(body: unknown): LlmError;
}

/** Makes a decoder for one answer. */
export type CreateDecoder = (answer: AnswerContext) => Decoder;
