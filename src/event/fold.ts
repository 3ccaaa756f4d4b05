import type { ChatEvent, FinishReason, ToolCall } from './chat-event';
import { addUsage, type Usage } from './usage';

/** A whole answer. */
export interface ChatAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  /** The model's words of refusal, where the protocol keeps them apart from text. */
  readonly refusal?: string;
  readonly finish: { readonly reason: FinishReason; readonly rawReason?: string };
  /** Of the winning attempt. */
  readonly usage: Usage;
  /** Of all attempts that said what they used; a cached answer used nothing. */
  readonly totalUsage: Usage;
  /** How many attempts were made, the first one included. */
  readonly attempts: number;
  /** Whether the answer came from the cache or from a call already under way. */
  readonly cached: boolean;
  readonly provider?: string;
  readonly model?: string;
  readonly id?: string;
  /** In milliseconds since the subscription; `firstToken` is of the winning attempt. */
  readonly timings: { readonly firstToken?: number; readonly total: number };
}

/** What one attempt has said. */
interface Attempt {
  text: string;
  reasoning: string;
  toolCalls: ToolCall[];
  usage: Usage;
  provider?: string;
  model?: string;
  id?: string;
  firstToken?: number;
}

const emptyAttempt = (): Attempt => ({ text: '', reasoning: '', toolCalls: [], usage: {} });

/**
 * Folds events into an answer, one at a time. It understands `retract`, so the
 * text is always that of exactly one attempt.
 */
export class AnswerFold {
  #attempt = emptyAttempt();
  #spent: Usage = {};
  #attempts = 1;
  #cached = false;

  /** The text of the current attempt so far. */
  get text(): string {
    return this.#attempt.text;
  }

  /** Takes the next event; returns the answer when it was the last one. */
  add(event: ChatEvent, elapsed: number): ChatAnswer | undefined {
    const attempt = this.#attempt;
    switch (event.type) {
      case 'start':
        this.#settle();
        this.#attempt.provider = event.provider;
        if (event.model !== undefined) this.#attempt.model = event.model;
        if (event.id !== undefined) this.#attempt.id = event.id;
        break;
      case 'text-delta':
        attempt.text += event.text;
        attempt.firstToken ??= elapsed;
        break;
      case 'reasoning-delta':
        attempt.reasoning += event.text;
        attempt.firstToken ??= elapsed;
        break;
      case 'tool-call-delta':
        attempt.firstToken ??= elapsed;
        break;
      case 'tool-call': {
        const { id, name, input, invalid } = event;
        attempt.toolCalls.push(invalid ? { id, name, input, invalid } : { id, name, input });
        attempt.firstToken ??= elapsed;
        break;
      }
      case 'usage':
        attempt.usage = event.usage;
        break;
      case 'retract':
        this.#settle();
        break;
      case 'retry':
      case 'repair':
        this.#settle();
        this.#attempts += 1;
        this.#cached = false;
        break;
      case 'route':
        if (event.error !== undefined) {
          this.#settle();
          this.#attempts += 1;
          this.#cached = false;
        }
        break;
      case 'cache':
        this.#cached = true;
        break;
      case 'finish':
        return this.#answer(event, elapsed);
    }
    return undefined;
  }

  #settle(): void {
    if (!this.#cached) this.#spent = addUsage(this.#spent, this.#attempt.usage);
    this.#attempt = emptyAttempt();
  }

  #answer(finish: Extract<ChatEvent, { type: 'finish' }>, elapsed: number): ChatAnswer {
    const { firstToken, usage: said, ...rest } = this.#attempt;
    const usage = finish.usage ?? said;
    const { reason, rawReason, refusal } = finish;
    return {
      ...rest,
      ...(refusal === undefined ? {} : { refusal }),
      finish: rawReason === undefined ? { reason } : { reason, rawReason },
      usage,
      totalUsage: this.#cached ? this.#spent : addUsage(this.#spent, usage),
      attempts: this.#attempts,
      cached: this.#cached,
      timings: firstToken === undefined ? { total: elapsed } : { firstToken, total: elapsed },
    };
  }
}
