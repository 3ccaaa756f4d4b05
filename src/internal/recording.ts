import { isText, type ChatEvent, type StartEvent, type TextEvent } from '../event/chat-event';
import { deepFreeze, freezeEvent } from './deep-freeze';
import { isJson } from './is-json';
import { TextList } from './text-list';

/** A run of pieces where the events are written: their type, and how many there are. */
type Place = readonly [type: TextEvent['type'], count: number];

/** The events of an answer in few objects, which the garbage collector moves at once. */
export interface Written {
  /** The events as JSON, with a {@link Place} for each run of pieces. */
  readonly events: string;
  /** The pieces of all runs. */
  readonly pieces: TextList;
}

/** The events of an answer, in little memory: an answer of a thousand tokens is a text. */
export class Recording implements Iterable<ChatEvent> {
  readonly #parts: (ChatEvent | Run)[] = [];
  /** The part that was added last, if it is a run. */
  #run: Run | undefined;
  readonly #pieces = new TextList();

  /** Takes an event, and tells whether it holds that itself and not a copy. */
  add(event: ChatEvent): boolean {
    if (isBare(event)) return this.addText(event);
    return event.type === 'start' ? this.#begin(event) : this.#hold(event);
  }

  /** Does the same with a piece of text that has nothing else in it. */
  addText(event: TextEvent): boolean {
    const { type, text } = event;
    if (text.length > LONGEST) return this.#hold(event);
    if (this.#run?.type === type) this.#run.count += 1;
    else this.#parts.push((this.#run = new Run(type)));
    this.#pieces.add(text);
    return false;
  }

  // As the first text waits for this, what it says of the server's limits is taken out when it is read.
  #begin(event: StartEvent): boolean {
    const copy = { ...event };
    for (const name in copy) {
      const inner: unknown = copy[name as never];
      if (typeof inner === 'object' && name !== 'rateLimit') deepFreeze(inner);
    }
    this.#hold(copy);
    return false;
  }

  #hold(event: ChatEvent): boolean {
    this.#parts.push(event);
    this.#run = undefined;
    return true;
  }

  /** Whether there is any event. */
  get begun(): boolean {
    return this.#parts.length > 0;
  }

  /** The event that was added last, if it isn't a piece of text. */
  get last(): ChatEvent | undefined {
    const part = this.#parts.at(-1);
    return part instanceof Run ? undefined : part;
  }

  /** All of it, packed. There is none where an event holds what JSON does not. */
  write(): Written | undefined {
    this.#pieces.settle();
    const events = writeJson(
      this.#parts.map((part) => (part instanceof Run ? [part.type, part.count] : lasting(part))),
    );
    return events === undefined ? undefined : { events, pieces: this.#pieces };
  }

  /** The events so far, and those that come while they are read; all are frozen. */
  *[Symbol.iterator](): Iterator<ChatEvent> {
    const read = reader(this.#pieces);
    for (const part of this.#parts) {
      if (!(part instanceof Run)) {
        yield lasting(part);
        continue;
      }
      for (let told = 0; told < part.count; told += 1) yield read(part.type);
    }
  }
}

/** What is left of the server's limits is news only once. */
function lasting(event: ChatEvent): ChatEvent {
  if (event.type !== 'start') return event;
  const { rateLimit: _, ...rest } = event;
  return Object.freeze(rest);
}

/** The events of a recording that was written; all are frozen, and made anew. */
export function* playBack({ events, pieces }: Written): Iterable<ChatEvent> {
  const read = reader(pieces);
  for (const part of JSON.parse(events) as (ChatEvent | Place)[]) {
    if (!isPlace(part)) {
      freezeEvent(part);
      yield part;
      continue;
    }
    const [type, count] = part;
    for (let told = 0; told < count; told += 1) yield read(type);
  }
}

/** Reads one piece after the other. */
function reader(pieces: TextList): (type: TextEvent['type']) => TextEvent {
  const texts = pieces[Symbol.iterator]();
  return (type) => Object.freeze({ type, text: texts.next().value as string });
}

function isPlace(part: ChatEvent | Place): part is Place {
  return Array.isArray(part);
}

function writeJson(value: unknown): string | undefined {
  try {
    // Written first, as that sees at once what goes in circles.
    const written = JSON.stringify(value);
    return isJson(value) ? written : undefined;
  } catch {
    // Too deep, or a circle.
    return undefined;
  }
}

// As many longer ones may be more than fits into a text.
const LONGEST = 0xffff;

/** Pieces of one kind in a row. */
class Run {
  count = 1;
  constructor(readonly type: TextEvent['type']) {}
}

/** Tells a piece of text that has nothing else in it, as it might from a handler of one's own. */
function isBare(event: ChatEvent): event is TextEvent {
  if (!isText(event) || typeof event.text !== 'string') return false;
  for (const field in event) if (field !== 'type' && field !== 'text') return false;
  return true;
}
