import type { FinishReason } from '../../event/chat-event';
import type { Usage } from '../../event/usage';
import { compact } from '../../internal/compact';
import type { AnswerContext, Decoder } from '../decoder';
import { finishFailure, finishReason } from '../finish-reason';
import { asCount, asList, asObject, asText } from '../json';
import { malformed, readFrame, reportsError } from '../read-frame';
import { startEvent } from '../start-event';
import { ToolCallAssembler } from '../tool-call-assembler';
import { FunctionCalls } from './function-calls';
import type { Candidate, FunctionCall, GenerateContentResponse, Part, UsageMetadata } from './wire';

/** Reads an answer of Gemini's `streamGenerateContent`. */
export class GenerateContentDecoder implements Decoder {
  readonly #answer: AnswerContext;
  readonly #calls: FunctionCalls;
  #started = false;
  #rawReason: string | undefined;
  #blockReason: string | undefined;
  #usage: Usage = {};

  constructor(answer: AnswerContext) {
    this.#answer = answer;
    this.#calls = new FunctionCalls(new ToolCallAssembler(answer));
  }

  frame(data: string, event: string | undefined): boolean {
    this.#responses(readFrame(this.#answer, data, event));
    // Nothing marks the last frame, and the counts of the last one are the true ones.
    return false;
  }

  body(json: unknown): void {
    this.#responses(json);
    if (!this.end()) throw malformed(this.#answer.provider, 'the body holds no finished answer');
  }

  end(): boolean {
    const rawReason = this.#rawReason ?? this.#blockReason;
    if (rawReason === undefined) return false;
    const reason = this.#reason();
    this.#calls.finish(reason);
    this.#report();
    const usage = Object.keys(this.#usage).length === 0 ? undefined : this.#usage;
    this.#answer.emit({ type: 'finish', reason, rawReason, ...compact({ usage }) });
    return true;
  }

  #reason(): FinishReason {
    // A prompt that was refused has no answer that could have ended.
    if (this.#rawReason === undefined) return 'content-filter';
    const reason = finishReason(this.#rawReason, this.#calls.size > 0);
    if (reason === 'failure') throw finishFailure(this.#answer.provider, this.#rawReason);
    return reason;
  }

  #responses(json: unknown): void {
    // Without `alt=sse` the stream is one JSON array.
    for (const response of Array.isArray(json) ? (json as unknown[]) : [json]) {
      if (reportsError(response)) throw this.#answer.failure(response);
      const known = asObject<GenerateContentResponse>(response);
      if (known !== undefined) this.#response(known);
    }
  }

  #response(response: GenerateContentResponse): void {
    const first = !this.#started;
    if (first) this.#start(response);
    this.#count(asObject<UsageMetadata>(response.usageMetadata) ?? {});
    if (first) this.#report();
    const feedback = asObject<{ blockReason?: unknown }>(response.promptFeedback);
    this.#blockReason = readReason(feedback?.blockReason) ?? this.#blockReason;
    for (const item of asList(response.candidates)) {
      const candidate = asObject<Candidate>(item);
      if (candidate !== undefined && (candidate.index ?? 0) === 0) this.#candidate(candidate);
    }
  }

  #start({ modelVersion, responseId }: GenerateContentResponse): void {
    this.#started = true;
    this.#answer.emit(startEvent(this.#answer.provider, modelVersion, responseId));
  }

  #candidate({ content, finishReason: raw }: Candidate): void {
    for (const item of asList(asObject<{ parts?: unknown }>(content)?.parts)) {
      const part = asObject<Part>(item);
      if (part !== undefined) this.#part(part);
    }
    this.#rawReason = readReason(raw) ?? this.#rawReason;
    if (this.#rawReason !== undefined) this.#reason();
  }

  #part({ text: said, thought, functionCall }: Part): void {
    const text = asText(said);
    if (text !== undefined) {
      this.#answer.emit({ type: thought === true ? 'reasoning-delta' : 'text-delta', text });
    }
    const call = asObject<FunctionCall>(functionCall);
    if (call !== undefined && !this.#calls.add(call)) {
      throw malformed(this.#answer.provider, 'the arguments of a tool call make no sense');
    }
  }

  #report(): void {
    if (Object.keys(this.#usage).length === 0) return;
    this.#answer.emit({ type: 'usage', usage: this.#usage });
  }

  #count(usage: UsageMetadata): void {
    const said = compact({
      inputTokens: asCount(usage.promptTokenCount),
      outputTokens: asCount(usage.candidatesTokenCount),
      totalTokens: asCount(usage.totalTokenCount),
      reasoningTokens: asCount(usage.thoughtsTokenCount),
      cachedInputTokens: asCount(usage.cachedContentTokenCount),
    });
    this.#usage = { ...this.#usage, ...said };
  }
}

// `…_UNSPECIFIED` is the word for no word, which an answer that goes on may hold too.
function readReason(value: unknown): string | undefined {
  const reason = asText(value);
  return reason?.endsWith('_UNSPECIFIED') ? undefined : reason;
}
