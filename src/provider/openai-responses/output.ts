import type { FinishReason } from '../../event/chat-event';
import type { AnswerContext } from '../decoder';
import { asObject, asText } from '../json';
import { ToolCallAssembler } from '../tool-call-assembler';
import { sayingOf, sayingsOf, type Kind, type Saying } from './sayings';
import type { OutputItem, ResponseEvent } from './wire';

/**
 * Reads what the model makes. The protocol says each thing up to four times: in pieces, and
 * whole at the end of the part, of the item and of the response. What was said first counts,
 * so that nothing is lost where the pieces are missing and nothing is doubled.
 *
 * Items are known by their place in the output: some servers give an item a new id each time.
 */
export class OutputReader {
  refusal = '';
  readonly #calls: ToolCallAssembler;
  readonly #callIds = new Set<string>();
  readonly #said = new Set<string>();

  constructor(private readonly answer: Pick<AnswerContext, 'emit'>) {
    this.#calls = new ToolCallAssembler(answer);
  }

  get hasCalls(): boolean {
    return this.#calls.size > 0;
  }

  /** Reads an event between the first and the last one; unknown ones are ignored. */
  event(type: string, frame: ResponseEvent): void {
    const item = asObject<OutputItem>(frame.item) ?? {};
    const place = String(frame.output_index ?? frame.item_id ?? item.id);
    const part = String(frame.content_index ?? frame.summary_index ?? 0);
    switch (type) {
      case 'response.output_text.delta':
        this.#say('text', place, part, frame.delta);
        break;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        this.#say('reasoning', place, part, frame.delta);
        break;
      case 'response.refusal.delta':
        this.#say('refusal', place, part, frame.delta);
        break;
      case 'response.output_text.done':
        this.#whole('text', place, part, frame.text);
        break;
      case 'response.reasoning_summary_text.done':
      case 'response.reasoning_text.done':
        this.#whole('reasoning', place, part, frame.text);
        break;
      case 'response.refusal.done':
        this.#whole('refusal', place, part, frame.refusal);
        break;
      case 'response.content_part.done':
      case 'response.reasoning_summary_part.done':
        this.#part(place, part, sayingOf(frame.part));
        break;
      case 'response.function_call_arguments.delta':
        this.#calls.add(place, { input: asText(frame.delta) });
        break;
      case 'response.custom_tool_call_input.delta':
        this.#calls.addText(place, { input: asText(frame.delta) });
        break;
      case 'response.function_call_arguments.done':
        this.#calls.complete(place, { name: asText(frame.name), input: asText(frame.arguments) });
        break;
      case 'response.custom_tool_call_input.done':
        this.#calls.addText(place, {});
        this.#calls.complete(place, { input: asText(frame.input) });
        break;
      case 'response.output_item.added':
        this.#call(place, item, false);
        break;
      case 'response.output_item.done':
        this.#call(place, item, item.status !== 'incomplete');
        this.#item(place, item);
        break;
    }
  }

  /** Reads the output of the whole response, for what no event has said. */
  rest(output: readonly unknown[]): void {
    // A place in this list need not be the place that the events gave, so here a call is
    // known by its id, and a text counts only where nothing of its kind was said.
    const items = output.map((item) => asObject<OutputItem>(item) ?? {});
    const news = items.flatMap(sayingsOf).filter(({ kind }) => !this.#said.has(kind));
    for (const { kind, part, text } of news) this.#say(kind, 'rest', part, text);
    const hadCalls = this.hasCalls;
    items.forEach((item, index) => {
      const id = asText(item.call_id);
      const known = id === undefined ? hadCalls : this.#callIds.has(id);
      if (!known) this.#call(`rest ${String(index)}`, item, item.status !== 'incomplete');
    });
  }

  finish(reason: FinishReason): void {
    this.#calls.finish(reason);
  }

  #call(place: string, { type, call_id, name, ...item }: OutputItem, whole: boolean): void {
    const piece = { id: asText(call_id), name: asText(name) };
    if (type === 'function_call') {
      this.#calls.add(place, piece);
      const value = asObject(item.arguments);
      if (whole && value !== undefined) this.#calls.addValue(place, piece, value);
      else if (whole) this.#calls.complete(place, { input: asText(item.arguments) });
    } else if (type === 'custom_tool_call') {
      this.#calls.addText(place, piece);
      if (whole) this.#calls.complete(place, { input: asText(item.input) });
    } else {
      return;
    }
    if (piece.id !== undefined) this.#callIds.add(piece.id);
  }

  #item(place: string, item: OutputItem): void {
    const news = sayingsOf(item).filter(({ kind, part }) => {
      // Reasoning may come in pieces of its content and whole as its summary.
      const key = kind === 'reasoning' ? `${kind} ${place}` : `${kind} ${place} ${part}`;
      return !this.#said.has(key);
    });
    for (const { kind, part, text } of news) this.#say(kind, place, part, text);
  }

  #part(place: string, part: string, saying: Saying | undefined): void {
    if (saying !== undefined) this.#whole(saying.kind, place, part, saying.text);
  }

  #whole(kind: Kind, place: string, part: string, text: unknown): void {
    if (!this.#said.has(`${kind} ${place} ${part}`)) this.#say(kind, place, part, text);
  }

  #say(kind: Kind, place: string, part: string, value: unknown): void {
    const text = asText(value);
    if (text === undefined) return;
    this.#said.add(kind).add(`${kind} ${place}`).add(`${kind} ${place} ${part}`);
    if (kind === 'refusal') this.refusal += text;
    else this.answer.emit({ type: kind === 'text' ? 'text-delta' : 'reasoning-delta', text });
  }
}
