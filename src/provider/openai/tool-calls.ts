import type { FinishReason } from '../../event/chat-event';
import type { AnswerContext } from '../decoder';
import { asList, asObject, asText } from '../json';
import { ToolCallAssembler } from '../tool-call-assembler';
import type { ChatDelta, FunctionDelta, ToolCallDelta } from './wire';

interface Slot {
  readonly key: unknown;
  id: string | undefined;
  name: string | undefined;
}

/** What a fragment says of its call. */
interface Piece {
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** Its place among the fragments of the chunk, if there are more. */
  readonly position: number | undefined;
  /** Its arguments: a piece of their text, or all of them as a value. */
  readonly input: unknown;
}

/** Whether a delta has a piece of a tool call. */
export function hasToolCalls(delta: ChatDelta): boolean {
  return asList(delta.tool_calls).length > 0 || asObject(delta.function_call) !== undefined;
}

/** Finds out which call a fragment belongs to, and hands it to the assembler. */
export class ChatToolCalls {
  readonly #calls: ToolCallAssembler;
  readonly #slots = new Map<unknown, Slot>();
  #last: unknown;

  constructor(answer: Pick<AnswerContext, 'emit'>) {
    this.#calls = new ToolCallAssembler(answer);
  }

  /** Whether a call has begun. */
  get some(): boolean {
    return this.#calls.size > 0;
  }

  add(delta: ChatDelta): void {
    const items = asList(delta.tool_calls);
    items.forEach((item, position) => {
      const call = asObject<ToolCallDelta>(item);
      if (call !== undefined) this.#add(call, items.length > 1 ? position : undefined);
    });
    const legacy = asObject<FunctionDelta>(delta.function_call);
    if (legacy !== undefined) this.#fragment('function_call', undefined, legacy);
  }

  /** Emits the calls, see {@link ToolCallAssembler.finish}. */
  finish(reason: FinishReason, cut?: boolean): void {
    this.#calls.finish(reason, cut);
  }

  #add(
    { index, id: rawId, function: rawFunction, custom: rawCustom }: ToolCallDelta,
    position: number | undefined,
  ): void {
    const id = typeof rawId === 'number' ? String(rawId) : asText(rawId);
    const custom = asObject<FunctionDelta>(rawCustom);
    const called = asObject<FunctionDelta>(rawFunction);
    const name = asText((called ?? custom)?.name);
    const input = called?.arguments;
    const key = this.#key(readIndex(index), { id, name, position, input });
    if (name !== undefined && this.#tellsAgain(key, input)) return;
    if (called === undefined && custom !== undefined) {
      this.#calls.addText(key, { id, name, input: asText(custom.input) });
    } else {
      this.#fragment(key, id, called ?? {});
    }
  }

  #fragment(key: unknown, id: string | undefined, { name, arguments: input }: FunctionDelta): void {
    const piece = { id, name: asText(name) };
    if (typeof input === 'object' && input !== null) this.#calls.addValue(key, piece, input);
    else this.#calls.add(key, { ...piece, input: asText(input) });
  }

  // LiteLLM tells a call whole at the end. No piece can say the same behind a bracket.
  #tellsAgain(key: unknown, input: unknown): boolean {
    const again = asText(input);
    // To look into all of the text so far takes long, and may have to be done for each piece.
    if (again?.endsWith('}') !== true) return false;
    const text = this.#calls.textOf(key);
    return text?.length === again.length && text === again;
  }

  // The index tells calls apart, where there is one and it is true: some servers leave it
  // out, and some send 0 for each of several whole calls, with an id and a name each.
  #key(index: number | undefined, piece: Piece): unknown {
    const { id, name, position } = piece;
    const place = index ?? id ?? (name === undefined ? this.#continued(position) : {});
    this.#last = place;
    const slot = this.#slots.get(place);
    if (slot !== undefined && !this.#isAnother(slot, piece)) {
      slot.id ??= id;
      slot.name ??= name;
      return slot.key;
    }
    const key = {};
    this.#slots.set(place, { key, id, name });
    return key;
  }

  #isAnother(slot: Slot, piece: Piece): boolean {
    const { id, name } = piece;
    if (name === undefined) return false;
    if (id === undefined || slot.id === undefined) {
      return id === slot.id && slot.name !== undefined && this.#follows(slot, piece);
    }
    const told = this.#calls.isTold(slot.key);
    const renamed = name !== slot.name;
    // Some servers give the same id to each of several calls.
    return id === slot.id ? told && renamed && slot.name !== undefined : told || renamed;
  }

  // Without an id nothing but the next call comes behind a whole object: if that was not empty at
  // first, or is not told again.
  #follows({ key, name }: Slot, piece: Piece): boolean {
    if (!beginsObject(piece.input)) return false;
    const said = this.#calls.wholeOf(key);
    if (said === undefined || piece.name !== name) return said !== undefined;
    const isAgain = JSON.stringify(said) === JSON.stringify(piece.input);
    return !isAgain && Object.keys(said).length > 0 && this.#calls.textOf(key) !== piece.input;
  }

  // A piece that names no call is of the last one; several of them are of the calls in order.
  #continued(position: number | undefined): unknown {
    return position === undefined ? this.#last : [...this.#slots.keys()][position];
  }
}

function beginsObject(input: unknown): boolean {
  return typeof input === 'string' ? /^\s*\{/.test(input) : asObject(input) !== undefined;
}

// Some servers write it as a text.
function readIndex(index: unknown): number | undefined {
  const read = asText(index) === undefined ? index : Number(index);
  return typeof read === 'number' && !Number.isNaN(read) ? read : undefined;
}
