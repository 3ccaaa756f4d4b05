import type { FinishReason } from '../../event/chat-event';
import type { AnswerContext } from '../decoder';
import { asObject, asText } from '../json';
import { ToolCallAssembler } from '../tool-call-assembler';
import { CallKeys, isCall } from './call-keys';
import { sayingOf, sayingsOf, type Kind, type Saying } from './sayings';
import type { OutputItem, ResponseEvent } from './wire';

/**
 * Reads what the model makes. The protocol says each thing up to four times: in pieces, and
 * whole at the end of the part, of the item and of the response. What was said first counts,
 * so that nothing is lost where the pieces are missing and nothing is doubled.
 *
 * Items are known by their place in the output and by their id: some servers give an item a new id
 * each time, others leave the place out here and there.
 */
export class OutputReader {
  refusal = '';
  readonly #calls: ToolCallAssembler;
  #callKeys: CallKeys | undefined;
  readonly #said = new Set<string>();

  constructor(private readonly answer: Pick<AnswerContext, 'emit'>) {
    this.#calls = new ToolCallAssembler(answer);
  }

  get hasCalls(): boolean {
    return this.#calls.size > 0;
  }

  // Most streams are of text alone, and many are open.
  get #keys(): CallKeys {
    return (this.#callKeys ??= new CallKeys());
  }

  /** Reads an event between the first and the last one; unknown ones are ignored. */
  event(type: string, frame: ResponseEvent): void {
    const item = asObject<OutputItem>(frame.item) ?? {};
    const places = placesOf(frame, item);
    const part = String(frame.content_index ?? frame.summary_index ?? 0);
    switch (type) {
      case 'response.output_text.delta':
        this.#say('text', places, part, frame.delta);
        break;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        this.#say('reasoning', places, part, frame.delta);
        break;
      case 'response.refusal.delta':
        this.#say('refusal', places, part, frame.delta);
        break;
      case 'response.output_text.done':
        this.#whole('text', places, part, frame.text);
        break;
      case 'response.reasoning_summary_text.done':
      case 'response.reasoning_text.done':
        this.#whole('reasoning', places, part, frame.text);
        break;
      case 'response.refusal.done':
        this.#whole('refusal', places, part, frame.refusal);
        break;
      case 'response.content_part.done':
      case 'response.reasoning_summary_part.done':
        this.#part(places, part, sayingOf(frame.part));
        break;
      case 'response.function_call_arguments.delta':
        this.#calls.add(this.#keys.ofArguments(frame), { input: asText(frame.delta) });
        break;
      case 'response.custom_tool_call_input.delta':
        this.#calls.addText(this.#keys.ofArguments(frame), { input: asText(frame.delta) });
        break;
      case 'response.function_call_arguments.done':
        this.#calls.complete(this.#keys.ofArguments(frame), {
          name: asText(frame.name),
          input: asText(frame.arguments),
        });
        break;
      case 'response.custom_tool_call_input.done': {
        const key = this.#keys.ofArguments(frame);
        this.#calls.addText(key, {});
        this.#calls.complete(key, { input: asText(frame.input) });
        break;
      }
      case 'response.output_item.added':
        if (isCall(item)) this.#call(this.#keys.ofItem(frame, item, false), item, false);
        break;
      case 'response.output_item.done':
        if (isCall(item)) this.#call(this.#keys.ofItem(frame, item, true), item, isWhole(item));
        this.#item(places, item);
        break;
    }
  }

  /** Reads the output of the whole response, for what no event has said. */
  rest(output: readonly unknown[]): void {
    // A place in this list need not be the place that the events gave, so here a call is
    // known by its id, and a text counts only where nothing of its kind was said.
    const items = output.map((item) => asObject<OutputItem>(item) ?? {});
    const news = items.flatMap(sayingsOf).filter(({ kind }) => !this.#said.has(kind));
    for (const { kind, part, text } of news) this.#say(kind, ['rest'], part, text);
    this.#restOfCalls(items.filter(isCall));
  }

  finish(reason: FinishReason): void {
    this.#calls.finish(reason);
  }

  #restOfCalls(items: readonly OutputItem[]): void {
    const hadCalls = this.hasCalls;
    const renamed = this.#unlisted(items);
    for (const item of items) {
      const id = asText(item.call_id);
      const key = this.#keys.named(id);
      if (key !== undefined) {
        const news = this.#calls.textOf(key) === '' && Boolean(inputOf(item));
        if (news) this.#call(key, item, isWhole(item));
      } else if (id === undefined ? !hadCalls : !renamed(item)) {
        this.#call({}, item, isWhole(item));
      }
    }
  }

  // Some servers give a call a new id here. It is the same call if it says the same, once for
  // each call that the list leaves out.
  #unlisted(items: readonly OutputItem[]): (item: OutputItem) => boolean {
    const listed = new Set(items.map(({ call_id: id }) => id));
    const counts = new Map<string, number>();
    for (const key of this.#keys.all.filter(({ id }) => !listed.has(id))) {
      const call = callText(key.name, this.#calls.textOf(key));
      counts.set(call, (counts.get(call) ?? 0) + 1);
    }
    return (item) => {
      const call = callText(item.name, inputOf(item));
      const count = counts.get(call) ?? 0;
      counts.set(call, count - 1);
      return count > 0;
    };
  }

  #call(key: object, item: OutputItem, whole: boolean): void {
    const piece = { id: asText(item.call_id), name: asText(item.name) };
    if (item.type === 'function_call') this.#calls.add(key, piece);
    else this.#calls.addText(key, piece);
    const value = item.type === 'function_call' ? asObject(item.arguments) : undefined;
    if (whole && value !== undefined) this.#calls.addValue(key, piece, value);
    else if (whole) this.#calls.complete(key, { input: asText(inputOf(item)) });
  }

  #item(places: readonly string[], item: OutputItem): void {
    const sayings = sayingsOf(item);
    const news = sayings.filter(({ kind, part }) => {
      // Reasoning may come in pieces of its content and whole as its summary; and servers that
      // count parts differ in what they count.
      const once = kind === 'reasoning' || sayings.length === 1;
      return !this.#hasSaid(kind, places, once ? undefined : part);
    });
    for (const { kind, part, text } of news) this.#say(kind, places, part, text);
  }

  #part(places: readonly string[], part: string, saying: Saying | undefined): void {
    if (saying !== undefined) this.#whole(saying.kind, places, part, saying.text);
  }

  #whole(kind: Kind, places: readonly string[], part: string, text: unknown): void {
    if (!this.#hasSaid(kind, places, part)) this.#say(kind, places, part, text);
  }

  #hasSaid(kind: Kind, places: readonly string[], part?: string): boolean {
    return places.some((place) => this.#said.has(keyOf(kind, place, part)));
  }

  #say(kind: Kind, places: readonly string[], part: string, value: unknown): void {
    const text = asText(value);
    if (text === undefined) return;
    // Ids that are new each time are not kept.
    if (!this.#said.has(keyOf(kind, places[0]!, part))) {
      this.#said.add(kind);
      for (const place of places) {
        this.#said.add(keyOf(kind, place)).add(keyOf(kind, place, part));
      }
    }
    if (kind === 'refusal') this.refusal += text;
    else this.answer.emit({ type: kind === 'text' ? 'text-delta' : 'reasoning-delta', text });
  }
}

/** What names the item of an event, its place first. */
function placesOf(frame: ResponseEvent, item: OutputItem): readonly string[] {
  const id = asText(frame.item_id) ?? asText(item.id);
  const names = id === undefined ? [] : [`id ${id}`];
  const index = frame.output_index ?? undefined;
  return index === undefined && id !== undefined ? names : [String(index), ...names];
}

function keyOf(kind: Kind, place: string, part?: string): string {
  return part === undefined ? `${kind} of ${place}` : `${kind} ${part} of ${place}`;
}

function isWhole({ status }: OutputItem): boolean {
  return status !== 'incomplete';
}

function inputOf({ type, arguments: json, input }: OutputItem): unknown {
  return type === 'function_call' ? json : input;
}

/** What a call says, its id aside; arguments that are a value are like no others. */
function callText(name: unknown, input: unknown): string {
  return JSON.stringify([asText(name), typeof input === 'string' ? input : undefined]);
}
