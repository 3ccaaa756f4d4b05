import { openaiChatFrames } from 'rxllm/testing';
import type { Position } from './positions';

/** What the fault server does with one request. It travels in the request's path. */
export interface Plan {
  /** Tells the answer from every other one: it is in each of its words. */
  readonly nonce: string;
  /** The fault that strikes, where, and the seed of its chances. */
  readonly fault?: string;
  readonly at?: Position;
  readonly seed?: number;
  /** The wait before the first token and between tokens, in milliseconds. */
  readonly firstToken?: number;
  readonly perToken?: number;
  /** How many words the answer has. */
  readonly words?: number;
  /** An error status in place of an answer. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The list in which the server notes when the request came. */
  readonly log?: string;
  /** The most requests of this log that are answered at the same time; others get 429. */
  readonly capacity?: number;
  /** From the first request of this log on, all get `status` for so many milliseconds. */
  readonly closedFor?: number;
  /** The same, up to a time in milliseconds since 1970. */
  readonly closedUntil?: number;
  /** A slow or silent way to send, for S10. */
  readonly loris?: string;
}

/** Where a client asks for a plan. */
export function baseURLOf(origin: string, plan: Plan): string {
  return `${origin}/${encodeURIComponent(JSON.stringify(plan))}`;
}

/** Reads the plan out of the first line of a request. */
export function planOf(requestLine: string): Plan {
  const [, segment = ''] = /^POST \/([^/ ]+)/.exec(requestLine) ?? [];
  return JSON.parse(decodeURIComponent(segment)) as Plan;
}

const WORDS = 6;

/** The pieces of the text that the server sends for a nonce. */
export function textPieces(nonce: string, words = WORDS): readonly string[] {
  return Array.from({ length: words }, (_, index) => `${nonce}.${String(index)} `);
}

/** The arguments of the tool call that the server sends for a nonce. */
export function toolInput(nonce: string): { readonly nonce: string; readonly again: string } {
  return { nonce, again: nonce };
}

/** A whole answer: its frames, and how many of them come before each position. */
export interface Answer {
  readonly frames: readonly string[];
  readonly before: (at: Position) => number;
}

/** Writes the answer for a nonce. */
export function answerOf({ nonce, words = WORDS }: Plan): Answer {
  const frames = openaiChatFrames({
    text: textPieces(nonce, words),
    toolCalls: [{ name: 'note', input: toolInput(nonce) }],
    usage: { inputTokens: 1, outputTokens: words },
  });
  const finish = frames.findIndex((frame) => frame.includes('"finish_reason":"'));
  const tool = words + 1;
  const before = (at: Position): number => {
    switch (at) {
      case 'connect':
      case 'before-headers':
        return 0;
      case 'before-first-token':
        return 1;
      case 'mid-text':
        return 1 + Math.ceil(words / 2);
      case 'mid-tool-args':
        return Math.ceil((tool + 1 + finish) / 2);
      case 'after-finish':
        return finish + 1;
    }
  };
  return { frames, before };
}
