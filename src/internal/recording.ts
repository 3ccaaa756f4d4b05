import {
  isText,
  type ChatEvent,
  type ReasoningDeltaEvent,
  type TextDeltaEvent,
} from '../event/chat-event';

type Delta = TextDeltaEvent | ReasoningDeltaEvent;

/**
 * The events of an answer, in little memory: an answer of a thousand tokens is one text, and not a
 * thousand objects that the garbage collector looks at as long as they are kept.
 */
export class Recording implements Iterable<ChatEvent> {
  readonly #parts: (ChatEvent | Run)[] = [];

  add(event: ChatEvent): void {
    if (!isBare(event)) {
      this.#parts.push(event);
      return;
    }
    let run = this.#parts.at(-1);
    if (!(run instanceof Run) || run.type !== event.type) {
      run = new Run(event.type);
      this.#parts.push(run);
    }
    run.add(event.text);
  }

  /** The event that was added last, if it isn't a piece of text. */
  get last(): ChatEvent | undefined {
    const last = this.#parts.at(-1);
    return last instanceof Run ? undefined : last;
  }

  /** Packs what is complete. */
  seal(): this {
    for (const part of this.#parts) if (part instanceof Run) part.seal();
    return this;
  }

  /** About how many characters it takes. Throws for what is too deep to be written, or a circle. */
  get size(): number {
    return this.#parts.reduce(
      (sum, part) => sum + (part instanceof Run ? part.size : JSON.stringify(part).length),
      0,
    );
  }

  /** The events so far, and those that come while they are read; all are frozen. */
  *[Symbol.iterator](): Iterator<ChatEvent> {
    for (const part of this.#parts) {
      if (part instanceof Run) yield* part;
      else yield part;
    }
  }
}

// Besides its text, a piece takes the place where it ends.
const END = 4;
// Joined while they are young, pieces are never moved about by the garbage collector.
const YOUNG = 64;

/** Pieces of one kind in a row. */
class Run implements Iterable<Delta> {
  /** All but the youngest, and where each piece ends in it. */
  #text = '';
  readonly #ends: number[] = [];
  #young: string[] = [];
  #end = 0;

  constructor(readonly type: Delta['type']) {}

  get size(): number {
    return this.#end + END * this.#ends.length;
  }

  add(piece: string): void {
    this.#end += piece.length;
    this.#ends.push(this.#end);
    if (this.#young.push(piece) === YOUNG) this.seal();
  }

  seal(): void {
    this.#text += this.#young.join('');
    this.#young = [];
  }

  *[Symbol.iterator](): Iterator<Delta> {
    for (let at = 0; at < this.#ends.length; at += 1) {
      const young = at - (this.#ends.length - this.#young.length);
      const text = this.#young[young] ?? this.#text.slice(this.#ends[at - 1] ?? 0, this.#ends[at]);
      yield Object.freeze({ type: this.type, text });
    }
  }
}

/** Tells a piece of text that has nothing else in it, as it might from a handler of one's own. */
function isBare(event: ChatEvent): event is Delta {
  return isText(event) && typeof event.text === 'string' && Object.keys(event).length === 2;
}
