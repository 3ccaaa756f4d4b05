import type { Subscriber } from 'rxjs';
import { classify } from '../error/classify';
import { LlmError } from '../error/llm-error';
import type { ChatEvent, StartEvent } from '../event/chat-event';
import type { ResponseHead } from '../transport/transport';
import type { FrameReader } from '../wire/framing';
import { collect, jsonOrLines, parseJson, peek } from './body-reader';
import type { Decoder } from './decoder';
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

/** One response: picks the reader that fits its head, and ends the stream exactly once. */
export class Answer {
  /** Whether `finish` was emitted. */
  finished = false;
  #head: ResponseHead | undefined;
  #reader: FrameReader | undefined;
  #closing = false;
  /** Whether the frame at hand has said nothing so far. */
  #silent = true;
  readonly #decoder: Decoder;

  constructor(
    private readonly protocol: Protocol,
    private readonly destination: Subscriber<ChatEvent>,
    private readonly options: AnswerOptions,
  ) {
    this.#decoder = protocol.createDecoder({
      provider: protocol.name,
      emit: (event) => {
        this.#silent = false;
        if (event.type === 'finish') this.finished = true;
        destination.next(event.type === 'start' ? this.#withLimits(event) : event);
      },
      failure: (body) => this.#failure(body),
    });
  }

  head(head: ResponseHead): void {
    this.#head = head;
    this.#keepAlive();
    this.#reader = ANSWERS.includes(head.status)
      ? peek((first) => this.#readerOf(first))
      : collect(ERROR_BODY_LENGTH, (text) => {
          throw this.#failure(parseJson(text) ?? text);
        });
  }

  push(bytes: Uint8Array): void {
    if (!this.finished) this.#reader?.push(bytes);
  }

  /** Ends the stream: whole if the protocol says so, else with the reason or as truncated. */
  end(reason?: unknown): void {
    if (this.finished) return;
    this.#reader?.end();
    if (this.finished || this.#decoder.end()) this.destination.complete();
    else this.destination.error(reason ?? this.#truncated());
  }

  #withLimits(event: StartEvent): StartEvent {
    if (!this.#head) return event;
    const rateLimit = rateAllowances(this.#head.headers, this.#head.receivedAt);
    return rateLimit ? { ...event, rateLimit } : event;
  }

  #readerOf(first: string): FrameReader {
    // A page of some proxy.
    if (first === '<') throw this.#failure(undefined);
    const type = this.#head?.headers['content-type'] ?? '';
    if (STREAM.test(type) || (first !== '{' && first !== '[')) return this.#frames();
    return jsonOrLines(this.options.maxFrameLength, {
      lines: () => this.#frames(),
      body: (json) => {
        this.#decoder.body(json);
      },
      tooLong: () => this.#tooLong(),
    });
  }

  #frames(): FrameReader {
    const { maxFrameLength } = this.options;
    const onFrame = (data: string, event: string | undefined): void => {
      this.#frame(data, event);
    };
    const reader = this.protocol.framing(onFrame, {
      maxFrameLength,
      onComment: () => {
        this.#keepAlive();
      },
    });
    return {
      push: (bytes) => {
        reader.push(bytes);
      },
      end: () => {
        this.#closing = true;
        reader.end();
      },
    };
  }

  #frame(data: string, event: string | undefined): void {
    if (this.finished) return;
    this.#silent = true;
    try {
      if (this.#decoder.frame(data, event)) this.destination.complete();
      else if (this.#silent) this.#keepAlive();
    } catch (thrown) {
      // A frame without its end mark may be cut: that is a truncation, not a bad frame.
      const cut = this.#closing && LlmError.is(thrown) && thrown.kind === 'malformed';
      if (!cut) throw thrown;
    }
  }

  #keepAlive(): void {
    if (this.options.keepAlives) this.destination.next({ type: 'keep-alive' });
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
      requestId: this.#failure(undefined).requestId,
    });
  }

  #failure(body: unknown): LlmError {
    const { name, secrets } = this.protocol;
    const { status, headers, receivedAt } = this.#head ?? {};
    return classify({ provider: name, status, headers, receivedAt, body, secrets: secrets() });
  }
}
