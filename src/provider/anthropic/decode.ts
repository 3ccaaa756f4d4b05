import { LlmError } from '../../error/llm-error';
import type { Usage } from '../../event/usage';
import { compact } from '../../internal/compact';
import type { AnswerContext, Decoder } from '../decoder';
import { finishFailure, finishReason } from '../finish-reason';
import { asCount, asList, asObject, asText } from '../json';
import { malformed, readFrame, reportsError } from '../read-frame';
import { ToolCallAssembler } from '../tool-call-assembler';
import { startEvent } from '../start-event';
import type { ContentBlock, Delta, Message, MessageEvent, MessageUsage } from './wire';

/** A content block that has begun; its `type` tells which deltas count. */
interface OpenBlock {
  readonly type: unknown;
  /** Some servers send the whole arguments at the start and no pieces. */
  readonly input: unknown;
}

/** Reads a message of Anthropic's Messages API. */
export class MessageDecoder implements Decoder {
  readonly #answer: AnswerContext;
  readonly #calls: ToolCallAssembler;
  readonly #blocks = new Map<unknown, OpenBlock>();
  #stopped: OpenBlock | undefined;
  #started = false;
  #begun = false;
  #rawReason: string | undefined;
  #usage: Usage = {};

  constructor(answer: AnswerContext) {
    this.#answer = answer;
    this.#calls = new ToolCallAssembler(answer);
  }

  frame(data: string, event: string | undefined): boolean {
    const frame = asObject<MessageEvent>(readFrame(this.#answer, data, event));
    if (frame === undefined) return false;
    // What the data says counts: some proxies drop the `event:` lines.
    switch (frame.type ?? event) {
      case 'message_start':
        this.#messageStart(asObject<Message>(frame.message) ?? {});
        return false;
      case 'content_block_start':
        this.#blockStart(frame.index, asObject<ContentBlock>(frame.content_block) ?? {});
        return false;
      case 'content_block_delta':
        this.#blockDelta(frame.index, asObject<Delta>(frame.delta) ?? {});
        return false;
      case 'content_block_stop':
        this.#blockStop(frame.index);
        return false;
      case 'message_delta':
        this.#messageDelta(asObject<Delta>(frame.delta)?.stop_reason, frame.usage);
        return false;
      case 'message_stop':
        this.#finish();
        return true;
      // A whole answer, of a server that was asked for a stream and has none.
      case 'message':
        this.body(frame);
        return true;
      default:
        return false;
    }
  }

  body(json: unknown): void {
    if (reportsError(json)) throw this.#answer.failure(json);
    const message = asObject<Message>(json);
    if (!Array.isArray(message?.content)) {
      throw malformed(this.#answer.provider, 'the body is not a message');
    }
    this.#open(message);
    this.#content(message);
    this.#count(message.usage);
    this.#finish();
  }

  end(): boolean {
    return false;
  }

  #messageStart(message: Message): void {
    const first = !this.#started;
    this.#open(message);
    this.#count(message.usage);
    if (first) this.#report();
    // An answer that goes on after a tool of the server may begin with what it has.
    this.#content(message);
  }

  #content({ content, stop_reason: stopReason }: Message): void {
    asList(content).forEach((item, index) => {
      this.#blockStart(index, asObject<ContentBlock>(item) ?? {});
      this.#blockStop(index);
    });
    this.#rawReason = asText(stopReason) ?? this.#rawReason;
  }

  #open(message: Message): void {
    // Two generations in one stream: to go on would put one text behind the other's.
    if (this.#begun) throw malformed(this.#answer.provider, 'a second answer began in the stream');
    this.#start(message);
  }

  #start({ model, id }: Message): void {
    if (this.#started) return;
    this.#started = true;
    this.#answer.emit(startEvent(this.#answer.provider, model, id));
  }

  #blockStart(index: unknown, { type, text, thinking, id, name, input }: ContentBlock): void {
    this.#start({});
    this.#begun = true;
    this.#settle(index);
    // A block that stops as the last one may have been cut.
    if (this.#stopped?.type === 'tool_use') this.#calls.complete(this.#stopped, {});
    const block: OpenBlock = { type, input };
    this.#blocks.set(index, block);
    if (type === 'text') this.#say('text-delta', text);
    else if (type === 'thinking') this.#say('reasoning-delta', thinking);
    else if (type === 'tool_use') this.#calls.add(block, { id: asText(id), name: asText(name) });
  }

  #blockDelta(index: unknown, { type, text, thinking, partial_json: input }: Delta): void {
    this.#start({});
    this.#begun = true;
    if (type === 'text_delta') this.#say('text-delta', text);
    else if (type === 'thinking_delta') this.#say('reasoning-delta', thinking);
    else if (type === 'input_json_delta') {
      const block = this.#blocks.get(index);
      if (block === undefined) {
        throw malformed(this.#answer.provider, 'a piece came of a tool call that never began');
      }
      // The server's own tools send their arguments too, but nobody here is to run them.
      if (block.type === 'tool_use') this.#calls.add(block, { input: asText(input) });
    }
  }

  #blockStop(index: unknown): void {
    this.#settle(index);
    this.#stopped = this.#blocks.get(index);
    this.#blocks.delete(index);
  }

  #settle(index: unknown): void {
    const block = this.#blocks.get(index);
    if (block?.type !== 'tool_use' || this.#calls.textOf(block) !== '') return;
    if (Object.keys(asObject(block.input) ?? {}).length === 0) return;
    this.#calls.addValue(block, {}, block.input);
  }

  #messageDelta(stopReason: unknown, usage: unknown): void {
    this.#begun = true;
    this.#rawReason = asText(stopReason) ?? this.#rawReason;
    this.#count(usage);
  }

  #say(type: 'text-delta' | 'reasoning-delta', value: unknown): void {
    const text = asText(value);
    if (text !== undefined) this.#answer.emit({ type, text });
  }

  // Later counts replace earlier ones, field by field; a `null` says nothing.
  #count(value: unknown): void {
    const usage = asObject<MessageUsage>(value);
    const details = asObject<{ thinking_tokens?: unknown }>(usage?.output_tokens_details);
    const said = compact({
      inputTokens: asCount(usage?.input_tokens),
      outputTokens: asCount(usage?.output_tokens),
      reasoningTokens: asCount(details?.thinking_tokens),
      cachedInputTokens: asCount(usage?.cache_read_input_tokens),
      cacheWriteTokens: asCount(usage?.cache_creation_input_tokens),
    });
    this.#usage = { ...this.#usage, ...said };
  }

  #report(): void {
    if (Object.keys(this.#usage).length === 0) return;
    this.#answer.emit({ type: 'usage', usage: this.#usage });
  }

  #finish(): void {
    const { provider } = this.#answer;
    const rawReason = this.#rawReason;
    if (rawReason === undefined) {
      throw new LlmError(
        `${provider}: the answer stopped without a reason; it may be asked again`,
        {
          kind: 'truncated',
          provider,
        },
      );
    }
    const reason = finishReason(rawReason, this.#calls.size > 0);
    if (reason === 'failure') throw finishFailure(provider, rawReason);
    for (const index of this.#blocks.keys()) this.#settle(index);
    this.#calls.finish(reason);
    this.#report();
    const usage = Object.keys(this.#usage).length === 0 ? undefined : this.#usage;
    this.#answer.emit({ type: 'finish', reason, rawReason, ...compact({ usage }) });
  }
}
