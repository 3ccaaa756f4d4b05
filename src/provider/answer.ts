import type { Subscriber } from 'rxjs';
import { classify, idsOf } from '../error/classify';
import { LlmError } from '../error/llm-error';
import { isText, type ChatEvent, type RateAllowances, type TextEvent } from '../event/chat-event';
import { burst } from '../internal/burst';
import { OperatorSubscriber, tellTexts, textTarget } from '../internal/operate';
import type { ResponseHead } from '../transport/transport';
import type { FrameReader, FrameSink } from '../wire/framing';
import { collect, jsonOrLines, readErrorText, startOf } from './body-reader';
import type { AnswerContext, Decoder } from './decoder';
import type { Protocol } from './protocol';
import { rateAllowances } from './rate-allowances';

const ERROR_BODY_LENGTH = 65_536;

/** Statuses with which an answer comes; some proxies say `Created`. */
const ANSWERS = [200, 201, 202, 203];

/** The names under which a stream comes, so that it is read as such from its first byte. */
const STREAM = /event-stream|ndjson|jsonl/i;

/** How an answer is read. */
export interface AnswerOptions {
  readonly maxFrameLength: number;
  /** Whether signs of life that say nothing are events, too. */
  readonly keepAlives: boolean;
}

/**
 * What can be made ready of an answer as soon as its head is here: its first text is waited for, and
 * mostly comes later.
 */
interface Opening {
  readonly rateLimit: RateAllowances | undefined;
  /** Reads a body that is named a stream. */
  readonly frames: FrameReader | undefined;
  /** Of the other headers nobody asks once the body has begun, and a stream may be open for long. */
  readonly head: ResponseHead;
}

/** One response: picks the reader that fits its head, and ends the stream exactly once. */
export class Answer
  extends OperatorSubscriber<ResponseHead | Uint8Array, ChatEvent>
  implements AnswerContext, FrameSink
{
  /** Whether `finish` was emitted. */
  finished = false;
  #head: ResponseHead | undefined;
  #opening: Opening | undefined;
  #reader: FrameReader | undefined;
  /** Whether the frame at hand has said nothing so far. */
  #silent = true;
  /** Whether a piece of text that came just before has gone through the whole pipeline. */
  #saidSome = false;
  /** Where text goes from then on. */
  #textTarget: Subscriber<ChatEvent> | undefined;
  /** Those pieces that came after it, which are told at once. */
  #pieces: TextEvent[] = [];
  #telling = false;
  /** Made for the head of an answer. */
  #decoder: Decoder | undefined;

  constructor(
    private readonly protocol: Protocol,
    out: Subscriber<ChatEvent>,
    private readonly options: AnswerOptions,
  ) {
    super(out);
  }

  get provider(): string {
    return this.protocol.name;
  }

  /** Takes what the decoder emits. */
  emit(event: ChatEvent): void {
    this.#silent = false;
    if (isText(event)) {
      this.#say(event);
      return;
    }
    this.#tellPieces();
    if (event.type === 'finish') this.finished = true;
    const limited = event.type === 'start' && this.#opening?.rateLimit;
    this.out.next(limited ? { ...event, rateLimit: limited } : event);
  }

  failure(body: unknown): LlmError {
    const { name, secrets } = this.protocol;
    const { status, headers, receivedAt } = this.#head ?? {};
    return classify({ provider: name, status, headers, receivedAt, body, secrets: secrets() });
  }

  frame(data: string, event: string | undefined, ended: boolean): void {
    if (this.finished) return;
    this.#silent = true;
    try {
      if (this.#decoder!.frame(data, event)) this.out.complete();
      else if (this.#silent) this.#keepAlive();
    } catch (thrown) {
      // A frame without its end mark may be cut: that is a truncation, not a bad frame.
      const cut = ended && LlmError.is(thrown) && thrown.kind === 'malformed';
      if (!cut) throw thrown;
    }
  }

  protected override onNext(part: ResponseHead | Uint8Array): void {
    if (!(part instanceof Uint8Array)) this.#begin(part);
    else if (!this.finished) burst(() => this.#read(part));
  }

  #read(bytes: Uint8Array): void {
    try {
      if (this.#reader) this.#reader.push(bytes);
      else if (this.#opening) this.#first(bytes, this.#opening);
    } finally {
      this.#tellPieces();
    }
  }

  /** Ends the stream: whole if the protocol says so, else with the reason or as truncated. */
  protected override onError(reason?: unknown): void {
    if (this.finished) return;
    // What the decoder has read to the end is not yet told when a consumer ends it in between.
    if (this.#telling) {
      this.out.error(reason ?? this.#truncated());
      return;
    }
    try {
      this.#reader?.end();
    } finally {
      this.#tellPieces();
    }
    if (this.finished || this.#decoder?.end()) this.out.complete();
    else this.out.error(reason ?? this.#truncated());
  }

  protected override onComplete(): void {
    this.onError();
  }

  // Most of a pipeline is done with the text of an answer when it has seen that there is some, and a
  // fast server sends many pieces at a time.
  #say(event: TextEvent): void {
    if (this.#saidSome) {
      this.#pieces.push(event);
      return;
    }
    this.out.next(event);
    this.#saidSome = true;
  }

  #tellPieces(): void {
    this.#saidSome = false;
    const pieces = this.#pieces;
    if (pieces.length === 0) return;
    this.#pieces = [];
    if (this.closed) return;
    this.#telling = true;
    try {
      tellTexts((this.#textTarget ??= textTarget(this.out)), pieces, this);
    } finally {
      this.#telling = false;
    }
  }

  #begin(head: ResponseHead): void {
    this.#head = head;
    this.#reader = undefined;
    this.#keepAlive();
    if (ANSWERS.includes(head.status)) {
      this.#opening = this.#open(head);
      return;
    }
    this.#reader = collect(ERROR_BODY_LENGTH, (text) => {
      throw this.failure(readErrorText(text));
    });
  }

  #open({ status, headers, receivedAt }: ResponseHead): Opening {
    this.#decoder ??= this.protocol.createDecoder(this);
    return {
      rateLimit: rateAllowances(headers, receivedAt),
      frames: STREAM.test(headers['content-type'] ?? '') ? this.#frames() : undefined,
      head: { status, headers: idsOf(headers), receivedAt },
    };
  }

  /** Lets the first character of a body choose its reader, since servers call streams by wrong names. */
  #first(bytes: Uint8Array, { frames, head }: Opening): void {
    const start = startOf(bytes);
    if (start === -1) return;
    this.#reader = this.#readerOf(String.fromCharCode(bytes[start]!), frames);
    this.#head = head;
    this.#reader.push(start === 0 ? bytes : bytes.subarray(start));
  }

  #readerOf(first: string, frames: FrameReader | undefined): FrameReader {
    // A page of some proxy.
    if (first === '<') throw this.failure(undefined);
    if (frames) return frames;
    if (first !== '{' && first !== '[') return this.#frames();
    return jsonOrLines(this.options.maxFrameLength, {
      lines: () => this.#frames(),
      body: (json) => {
        this.#decoder!.body(json);
      },
      tooLong: () => this.#tooLong(),
    });
  }

  #frames(): FrameReader {
    const { maxFrameLength, keepAlives } = this.options;
    if (!keepAlives) return this.protocol.framing(this, this.options);
    const onComment = (): void => {
      this.#keepAlive();
    };
    return this.protocol.framing(this, { maxFrameLength, onComment });
  }

  #keepAlive(): void {
    if (!this.options.keepAlives) return;
    this.#tellPieces();
    this.out.next({ type: 'keep-alive' });
  }

  #tooLong(): LlmError {
    const { name: provider } = this.protocol;
    return new LlmError(
      `${provider}: the body is longer than maxFrameLength (${String(this.options.maxFrameLength)})`,
      { kind: 'malformed', retryable: false, provider },
    );
  }

  #truncated(): LlmError {
    const message = `${this.protocol.name}: the answer broke off before its end; it may be asked again`;
    return new LlmError(message, {
      kind: 'truncated',
      provider: this.protocol.name,
      status: this.#head?.status,
      requestId: this.failure(undefined).requestId,
    });
  }
}
