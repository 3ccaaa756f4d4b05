import { isText, type ChatEvent, type TextEvent } from '../event/chat-event';
import { freezeEvent } from './deep-freeze';
import { isJson } from './is-json';

/** A run where the events are written: its pieces' type, and how many there are. */
type Place = readonly [type: TextEvent['type'], count: number];

/**
 * The events of an answer in three texts, which the garbage collector moves at once however many
 * events there are; each takes one byte a character where it can.
 */
export interface Written {
  /** The events as JSON, with a {@link Place} for each run of pieces. */
  readonly events: string;
  /** The pieces of all runs, joined. */
  readonly text: string;
  /** How long each piece is, as a character. */
  readonly lengths: string;
}

/** The events of an answer, in little memory: an answer of a thousand tokens is one text. */
export class Recording implements Iterable<ChatEvent> {
  readonly #parts: (ChatEvent | Run)[] = [];
  /** The part that was added last, if it is a run. */
  #run: Run | undefined;

  /** Takes an event, and tells whether it holds a copy of it and not the event itself. */
  add(event: ChatEvent): boolean {
    return isBare(event) ? this.addText(event) : this.#hold(event);
  }

  /** Does the same with a piece of text that has nothing else in it. */
  addText(event: TextEvent): boolean {
    const { type, text } = event;
    if (text.length > LONGEST) return this.#hold(event);
    if (this.#run?.type !== type) {
      this.#run = new Run(type);
      this.#parts.push(this.#run);
    }
    this.#run.add(text);
    return true;
  }

  #hold(event: ChatEvent): boolean {
    this.#parts.push(event);
    this.#run = undefined;
    return false;
  }

  /** The event that was added last, if it isn't a piece of text. */
  get last(): ChatEvent | undefined {
    return this.#run ? undefined : this.#parts.at(-1);
  }

  /** All of it, packed. There is none where an event holds what JSON does not. */
  write(): Written | undefined {
    const events: (ChatEvent | Place)[] = [];
    let text = '';
    let lengths = '';
    for (const part of this.#parts) {
      if (part instanceof Run) {
        part.settle();
        events.push([part.type, part.lengths.length]);
        text += part.text;
        lengths += part.lengths;
      } else events.push(part);
    }
    const written = writeJson(events);
    return written === undefined ? undefined : { events: written, text, lengths };
  }

  /** The events so far, and those that come while they are read; all are frozen. */
  *[Symbol.iterator](): Iterator<ChatEvent> {
    for (const part of this.#parts) {
      if (part instanceof Run) yield* part;
      else yield part;
    }
  }
}

/** The events of a recording that was written; all are frozen, and made anew. */
export function* playBack({ events, text, lengths }: Written): Iterable<ChatEvent> {
  let at = 0;
  let start = 0;
  for (const part of JSON.parse(events) as (ChatEvent | Place)[]) {
    if (!isPlace(part)) {
      freezeEvent(part);
      yield part;
      continue;
    }
    const [type, count] = part;
    for (const behind = at + count; at < behind; at += 1) {
      const end = start + lengths.charCodeAt(at);
      yield Object.freeze({ type, text: text.slice(start, end) });
      start = end;
    }
  }
}

function isPlace(part: ChatEvent | Place): part is Place {
  return Array.isArray(part);
}

function writeJson(value: unknown): string | undefined {
  try {
    return isJson(value) ? JSON.stringify(value) : undefined;
  } catch {
    // Too deep, or a circle.
    return undefined;
  }
}

// So many pieces become one text while they are young: the garbage collector then never moves them.
const YOUNG = 64;
// As a character tells how long a piece is.
const LONGEST = 0xffff;

/** Pieces of one kind in a row. */
class Run implements Iterable<TextEvent> {
  /** All but the youngest, joined. */
  text = '';
  lengths = '';
  #young: string[] = [];

  constructor(readonly type: TextEvent['type']) {}

  add(piece: string): void {
    if (this.#young.push(piece) === YOUNG) this.settle();
  }

  settle(): void {
    this.lengths += String.fromCharCode(...this.#young.map(({ length }) => length));
    this.text += this.#young.join('');
    this.#young = [];
  }

  *[Symbol.iterator](): Iterator<TextEvent> {
    let start = 0;
    for (let at = 0; ; at += 1) {
      const young = this.#young[at - this.lengths.length];
      if (young === undefined && at >= this.lengths.length) return;
      const text = young ?? this.text.slice(start, start + this.lengths.charCodeAt(at));
      yield Object.freeze({ type: this.type, text });
      start += text.length;
    }
  }
}

/** Tells a piece of text that has nothing else in it, as it might from a handler of one's own. */
function isBare(event: ChatEvent): event is TextEvent {
  if (!isText(event) || typeof event.text !== 'string') return false;
  for (const field in event) if (field !== 'type' && field !== 'text') return false;
  return true;
}
