import type { Usage } from '../event/usage';

/** A tool call for a wire builder. */
export interface WireToolCall {
  /** @defaultValue an id in the protocol's manner, counted from 1 */
  readonly id?: string | undefined;
  readonly name: string;
  /** The arguments; they go over the wire as JSON, in several pieces. */
  readonly input?: unknown;
}

/** An answer for a wire builder, which writes it as a model server would. */
export interface WireAnswer {
  /** A string is cut at its words, as models do; an array is sent piece by piece. */
  readonly text?: string | readonly string[] | undefined;
  /** Cut as `text` is; it goes before the text. */
  readonly reasoning?: string | readonly string[] | undefined;
  readonly toolCalls?: readonly WireToolCall[] | undefined;
  /**
   * Why the answer ended, in the protocol's own words.
   *
   * @defaultValue what the server says at a natural end, with or without tool calls
   */
  readonly finishReason?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly model?: string | undefined;
  readonly id?: string | undefined;
}

/** The pieces in which a model would send a text: its words, each with the space before it. */
export function wirePieces(text: string | readonly string[] | undefined): readonly string[] {
  if (typeof text !== 'string') return text ?? [];
  return text.match(/\s*\S+(?:\s+$)?|\s+$/g) ?? [];
}

/** The pieces in which a model would send a tool call's arguments. */
export function inputPieces(input: unknown): readonly string[] {
  return JSON.stringify(input ?? {}).match(/.{1,8}/gsu) ?? [];
}
