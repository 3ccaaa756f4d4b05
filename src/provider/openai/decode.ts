import type { ChatEvent } from '../../event/chat-event';
import type { Usage } from '../../event/usage';
import { compact } from '../../internal/compact';
import type { AnswerContext, Decoder } from '../decoder';
import { finishFailure, finishReason } from '../finish-reason';
import { asList, asObject, asText } from '../json';
import { malformed, readFrame, reportsError } from '../read-frame';
import { startEvent } from '../start-event';
import { ChatToolCalls, hasToolCalls } from './tool-calls';
import { readChatUsage } from './usage';
import type {
  ChatChoice,
  ChatChunk,
  ChatDelta,
  ContentPart,
  GroqFields,
  ReasoningDetail,
} from './wire';

/** Reads a chat completion of OpenAI and of the many servers that speak its protocol. */
export class ChatDecoder implements Decoder {
  readonly #answer: AnswerContext;
  /** Made for the first piece of one, as most answers have none. */
  #toolCalls: ChatToolCalls | undefined;
  #started = false;
  #inPieces = false;
  #rawReason: string | undefined;
  #usage: Usage | undefined;
  #refusal = '';

  constructor(answer: AnswerContext) {
    this.#answer = answer;
  }

  frame(data: string, event: string | undefined): boolean {
    if (data[0] !== '{' && data.trim() === '[DONE]') {
      // Without a reason, nothing says that the last call is whole.
      this.#finish(this.#rawReason === undefined || undefined);
      return true;
    }
    const chunk = asObject<ChatChunk>(readFrame(this.#answer, data, event));
    if (chunk !== undefined) this.#chunk(chunk);
    return false;
  }

  body(json: unknown): void {
    if (reportsError(json)) throw this.#answer.failure(json);
    const chunk = asObject<ChatChunk>(json);
    if (chunk === undefined || asList(chunk.choices).length === 0) {
      throw malformed(this.#answer.provider, 'the body is not a chat completion');
    }
    this.#chunk(chunk);
    this.#finish();
  }

  end(): boolean {
    if (this.#rawReason === undefined) return false;
    this.#finish();
    return true;
  }

  #chunk(chunk: ChatChunk): void {
    const choices = asList(chunk.choices);
    if (chunk.x_groq) this.#groq(asObject<GroqFields>(chunk.x_groq) ?? {});
    if (!this.#started || choices.length > 1) this.#begin(chunk, choices);
    if (chunk.usage) this.#count(chunk.usage);
    for (const item of choices) {
      const choice = firstChoice(item);
      if (choice !== undefined) this.#choice(choice);
    }
  }

  #groq({ error, usage }: GroqFields): void {
    if (error) throw this.#answer.failure({ error });
    this.#count(usage);
  }

  #begin(chunk: ChatChunk, choices: readonly unknown[]): void {
    const answers = choices.map(firstChoice).filter((choice) => choice !== undefined);
    for (const { error } of answers) if (error) throw this.#answer.failure({ error });
    // Azure's first chunk has no choices and an empty id and model.
    if (answers.length > 0 || asText(chunk.id) !== undefined) this.#start(chunk);
  }

  #choice(choice: ChatChoice): void {
    if (choice.error) throw this.#answer.failure({ error: choice.error });
    const piece = asObject<ChatDelta>(choice.delta);
    this.#inPieces ||= piece !== undefined;
    // A message behind its pieces, or beside them, only tells them again.
    const delta = this.#inPieces ? piece : asObject<ChatDelta>(choice.message);
    if (delta !== undefined) this.#delta(delta);
    // Together AI says the text of a delta there again.
    else this.#say('text-delta', asText(choice.text));
    if (choice.usage) this.#count(choice.usage);
    // Some servers send `null` again after the reason, so the last one that says something stays.
    if (choice.finish_reason) this.#reason(choice.finish_reason);
  }

  #delta(delta: ChatDelta): void {
    this.#say('reasoning-delta', readReasoning(delta));
    this.#content(delta.content);
    if (delta.refusal) this.#refusal += asText(delta.refusal) ?? '';
    if (hasToolCalls(delta)) (this.#toolCalls ??= new ChatToolCalls(this.#answer)).add(delta);
  }

  #count(usage: unknown): void {
    this.#usage = readChatUsage(usage) ?? this.#usage;
  }

  #reason(reason: unknown): void {
    this.#rawReason = readReason(reason) ?? this.#rawReason;
    if (this.#rawReason !== undefined && finishReason(this.#rawReason) === 'failure') {
      throw finishFailure(this.#answer.provider, this.#rawReason);
    }
  }

  #content(content: unknown): void {
    if (!Array.isArray(content)) this.#say('text-delta', asText(content));
    else for (const item of content) this.#part(item);
  }

  #part(item: unknown): void {
    const part = asObject<ContentPart>(item);
    if (part?.type === 'thinking') this.#say('reasoning-delta', readThinking(part.thinking));
    else if (part?.type === 'text') this.#say('text-delta', asText(part.text));
  }

  #say(type: 'text-delta' | 'reasoning-delta', text: string | undefined): void {
    if (text !== undefined) this.#answer.emit({ type, text });
  }

  #start(chunk: ChatChunk): void {
    if (this.#started) return;
    this.#started = true;
    this.#answer.emit(startEvent(this.#answer.provider, chunk.model, chunk.id));
  }

  #finish(cut?: boolean): void {
    this.#start({});
    const rawReason = this.#rawReason;
    // A model that was told which tool to call just stops behind the call.
    const reason = finishReason(rawReason, this.#toolCalls?.some);
    if (reason === 'failure') return;
    this.#toolCalls?.finish(reason, cut);
    if (this.#usage !== undefined) this.#answer.emit({ type: 'usage', usage: this.#usage });
    const refusal = asText(this.#refusal);
    const said = compact({ rawReason, usage: this.#usage, refusal });
    this.#answer.emit({ type: 'finish', reason, ...said } satisfies ChatEvent);
  }
}

/** A choice, unless it is one of those beside the first. */
function firstChoice(item: unknown): ChatChoice | undefined {
  const choice = asObject<ChatChoice>(item);
  const index = choice?.index ?? 0;
  return index === 0 || index === '0' ? choice : undefined;
}

// For some servers, `"null"` is the word for no reason yet.
function readReason(value: unknown): string | undefined {
  const reason = asText(value);
  return reason === 'null' ? undefined : reason;
}

// Servers that send more than one of these fields repeat the same text in them.
function readReasoning(delta: ChatDelta): string | undefined {
  return (
    asText(delta.reasoning_content) ??
    asText(delta.reasoning) ??
    asText(delta.reasoning_text) ??
    readDetails(delta.reasoning_details)
  );
}

function readDetails(details: unknown): string | undefined {
  if (!Array.isArray(details)) return undefined;
  const texts = details.map((item) => {
    const detail = asObject<ReasoningDetail>(item);
    return asText(detail?.text) ?? asText(detail?.summary) ?? '';
  });
  return asText(texts.join(''));
}

function readThinking(thinking: unknown): string | undefined {
  const texts = asList(thinking).map((item) => asText(asObject<ContentPart>(item)?.text) ?? '');
  return asText(thinking) ?? asText(texts.join(''));
}
