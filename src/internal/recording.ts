import {
  isText,
  type ChatEvent,
  type ReasoningDeltaEvent,
  type TextDeltaEvent,
} from '../event/chat-event';
import { jsonLength } from './json-length';

type Delta = TextDeltaEvent | ReasoningDeltaEvent;

/**
 * The events of an answer, in little memory: an answer of a thousand tokens is one text, and not a
 * thousand objects that the garbage collector looks at as long as they are kept.
 */
export class Recording implements Iterable<ChatEvent> {
  #parts: (ChatEvent | Run)[] = [];

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
    // Without the room to grow.
    this.#parts = [...this.#parts];
    return this;
  }

  /** About how many characters it takes. Throws for what is too deep to be written, or a circle. */
  get size(): number {
    return this.#parts.reduce(
      (sum, part) => sum + (part instanceof Run ? part.size : jsonLength(part)),
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

// As a character can tell how long it is.
const LONGEST = 0xffff;
// So many pieces become one text while they are young: the garbage collector then never moves them.
const YOUNG = 64;

/** Pieces of one kind in a row. */
class Run implements Iterable<Delta> {
  /** All but the youngest. */
  #text = '';
  /** How long each piece in it is: that of the first one is the code of the first character. */
  #lengths = '';
  #young: string[] = [];

  constructor(readonly type: Delta['type']) {}

  get size(): number {
    const settled = this.#text.length + this.#lengths.length;
    return this.#young.reduce((sum, piece) => sum + piece.length + 1, settled);
  }

  add(piece: string): void {
    if (this.#young.push(piece) === YOUNG) this.seal();
  }

  seal(): void {
    this.#lengths += String.fromCharCode(...this.#young.map(({ length }) => length));
    this.#text += this.#young.join('');
    this.#young = [];
  }

  *[Symbol.iterator](): Iterator<Delta> {
    let start = 0;
    for (let at = 0; ; at += 1) {
      const young = this.#young[at - this.#lengths.length];
      if (young === undefined && at >= this.#lengths.length) return;
      const end = start + (young?.length ?? this.#lengths.charCodeAt(at));
      yield Object.freeze({ type: this.type, text: young ?? this.#text.slice(start, end) });
      start = end;
    }
  }
}

/** Tells a piece of text that has nothing else in it, as it might from a handler of one's own. */
function isBare(event: ChatEvent): event is Delta {
  if (!isText(event) || typeof event.text !== 'string' || event.text.length > LONGEST) return false;
  for (const field in event) if (field !== 'type' && field !== 'text') return false;
  return true;
}
