import type { FinishReason } from '../event/chat-event';
import type { AnswerContext } from './decoder';
import { asObject } from './json';

/** A fragment of a tool call as a protocol sends it; what it does not say is left out. */
export interface ToolCallPiece {
  readonly id?: string | null | undefined;
  readonly name?: string | null | undefined;
  /** The next piece of the arguments' text. */
  readonly input?: string | null | undefined;
}

interface Call {
  readonly index: number;
  id: string;
  name: string;
  text: string;
  announced: boolean;
  /** The server said that the arguments are whole. */
  complete: boolean;
  /** The tool takes text, not JSON. */
  free: boolean;
  /** Arguments that came as a value, not as text. */
  value?: { readonly input: unknown };
}

/**
 * Makes whole tool calls of their fragments. Calls are told apart by any key and numbered
 * from 0 in the order in which they begin. A call without an id gets `call_` and its number.
 */
export class ToolCallAssembler {
  readonly #calls = new Map<unknown, Call>();

  constructor(private readonly answer: Pick<AnswerContext, 'emit'>) {}

  /** How many calls have begun. */
  get size(): number {
    return this.#calls.size;
  }

  /** The text of a call's arguments so far; `undefined` when no call of this key has begun. */
  textOf(key: unknown): string | undefined {
    return this.#calls.get(key)?.text;
  }

  /** Whether anything of a call's arguments has been said. */
  isTold(key: unknown): boolean {
    const call = this.#calls.get(key);
    return call !== undefined && (call.value !== undefined || call.text !== '');
  }

  /** The arguments of a call where they are a whole object, and not too long to look each time. */
  wholeOf(key: unknown): object | undefined {
    const call = this.#calls.get(key);
    if (call === undefined) return undefined;
    const { value, text } = call;
    if (value !== undefined) return asObject(value.input);
    if (text.length > LOOK || !text.trimEnd().endsWith('}')) return undefined;
    return asObject(parse(call, true)?.input);
  }

  /** Takes a fragment and emits it. A name or id that was given once stays. */
  add(key: unknown, piece: ToolCallPiece): void {
    this.#append(this.#open(key, piece), piece.input ?? '');
  }

  /** As {@link add}, for a tool that takes free text. */
  addText(key: unknown, piece: ToolCallPiece): void {
    this.#open(key, piece).free = true;
    this.add(key, piece);
  }

  /** Takes the whole text of the arguments, whether or not fragments of it came before. */
  complete(key: unknown, piece: ToolCallPiece): void {
    const call = this.#open(key, piece);
    const whole = piece.input ?? '';
    if (call.text === '') this.#append(call, whole);
    else if (whole !== '') call.text = whole;
    call.complete = true;
  }

  /** Takes a whole call whose arguments are a value, not text. */
  addValue(key: unknown, piece: Omit<ToolCallPiece, 'input'>, input: unknown): void {
    const call = this.#open(key, piece);
    call.value = { input };
    this.#append(call, '');
  }

  /**
   * Emits the calls. One whose JSON is bad is `invalid` when the answer is whole; when the
   * answer was cut short the call was too, so it is dropped.
   *
   * @param cut - Whether the answer may have been cut short.
   */
  finish(reason: FinishReason, cut = reason === 'length' || reason === 'content-filter'): void {
    const whole = reason === 'tool-calls' || reason === 'stop';
    for (const call of this.#calls.values()) {
      const { index, name, text } = call;
      const id = call.id || madeUpId(index);
      const parsed = parse(call, cut && !call.complete);
      if (parsed !== undefined) {
        this.answer.emit({ type: 'tool-call', index, id, name, input: parsed.input });
      } else if (whole) {
        this.answer.emit({ type: 'tool-call', index, id, name, input: text, invalid: true });
      }
    }
  }

  #open(key: unknown, { id, name }: ToolCallPiece): Call {
    let call = this.#calls.get(key);
    if (call === undefined) {
      const index = this.#calls.size;
      call = { index, id: '', name: '', text: '', announced: false, complete: false, free: false };
      this.#calls.set(key, call);
    }
    call.id ||= id ?? '';
    call.name ||= name ?? '';
    return call;
  }

  #append(call: Call, input: string): void {
    if (call.announced && input === '') return;
    call.announced = true;
    call.text += input;
    const { index, id, name } = call;
    this.answer.emit({ type: 'tool-call-delta', index, id: id || madeUpId(index), name, input });
  }
}

const LOOK = 16_384;

const madeUpId = (index: number): string => `call_${String(index)}`;

/** The arguments, unless they are not JSON, or may have been cut in a way that does not show. */
function parse(
  { value, free, text }: Call,
  mayBeCut: boolean,
): { readonly input: unknown } | undefined {
  if (value !== undefined) return value;
  if (free) return mayBeCut ? undefined : { input: text };
  if (text.trim() === '') return mayBeCut ? undefined : { input: {} };
  try {
    return { input: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
