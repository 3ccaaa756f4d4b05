import { compact } from '../../internal/compact';
import type { AnswerContext, Decoder } from '../decoder';
import { finishFailure, finishReason } from '../finish-reason';
import { asCount, asList, asObject, asText } from '../json';
import { malformed, readFrame, reportsError } from '../read-frame';
import { startEvent } from '../start-event';
import { ToolCallAssembler } from '../tool-call-assembler';
import type { CalledFunction, ChatMessage, ChatResponse, ToolCall } from './wire';

/** Reads an answer of Ollama's chat: one JSON object a line. */
export class ChatDecoder implements Decoder {
  readonly #answer: AnswerContext;
  readonly #calls: ToolCallAssembler;
  #started = false;

  constructor(answer: AnswerContext) {
    this.#answer = answer;
    this.#calls = new ToolCallAssembler(answer);
  }

  frame(data: string, event: string | undefined): boolean {
    const response = asObject<ChatResponse>(readFrame(this.#answer, data, event));
    return response !== undefined && this.#response(response);
  }

  body(json: unknown): void {
    if (reportsError(json)) throw this.#answer.failure(json);
    if (!this.#response(asObject<ChatResponse>(json) ?? {})) {
      throw malformed(this.#answer.provider, 'the body holds no finished answer');
    }
  }

  end(): boolean {
    return false;
  }

  #response(response: ChatResponse): boolean {
    if (!this.#started) {
      this.#started = true;
      this.#answer.emit(startEvent(this.#answer.provider, response.model));
    }
    const message = asObject<ChatMessage>(response.message);
    this.#say('reasoning-delta', message?.thinking);
    this.#say('text-delta', message?.content);
    for (const item of asList(message?.tool_calls)) {
      const call = asObject<ToolCall>(item);
      if (call !== undefined) this.#call(call);
    }
    if (response.done !== true) return false;
    this.#finish(response);
    return true;
  }

  #say(type: 'text-delta' | 'reasoning-delta', value: unknown): void {
    const text = asText(value);
    if (text !== undefined) this.#answer.emit({ type, text });
  }

  #call({ id: rawId, function: called }: ToolCall): void {
    const { name: rawName, arguments: input } = asObject<CalledFunction>(called) ?? {};
    const piece = { id: asText(rawId), name: asText(rawName) };
    // Calls come whole, so no two parts belong to one.
    if (typeof input === 'string') this.#calls.add({}, { ...piece, input });
    else this.#calls.addValue({}, piece, input ?? {});
  }

  #finish(response: ChatResponse): void {
    const { provider } = this.#answer;
    const rawReason = asText(response.done_reason);
    const reason = finishReason(rawReason ?? 'stop', this.#calls.size > 0);
    if (reason === 'failure') throw finishFailure(provider, rawReason ?? '');
    this.#calls.finish(reason);
    const counts = compact({
      inputTokens: asCount(response.prompt_eval_count),
      outputTokens: asCount(response.eval_count),
    });
    const usage = Object.keys(counts).length === 0 ? undefined : counts;
    if (usage !== undefined) this.#answer.emit({ type: 'usage', usage });
    this.#answer.emit({ type: 'finish', reason, ...compact({ rawReason, usage }) });
  }
}
