import { asksAnew, type ChatEvent, type FinishReason, type ToolCall } from './chat-event';
import type { Usage } from './usage';
import { UsageFold } from './usage-fold';

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
  /**
   * Of all attempts that said what they used, those of members that lost a race included; a
   * cached answer used nothing.
   */
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
  provider?: string;
  model?: string;
  id?: string;
  firstToken?: number;
}

const emptyAttempt = (): Attempt => ({ text: '', reasoning: '', toolCalls: [] });

/**
 * Folds events into an answer, one at a time. It understands `retract`, so the
 * text is always that of exactly one attempt.
 */
export class AnswerFold {
  #attempt = emptyAttempt();
  readonly #used = new UsageFold();
  #attempts = 1;

  /** The text of the current attempt so far. */
  get text(): string {
    return this.#attempt.text;
  }

  /** Takes the next event; returns the answer when it was the last one. */
  add(event: ChatEvent, elapsed: number): ChatAnswer | undefined {
    const attempt = this.#attempt;
    this.#used.add(event);
    switch (event.type) {
      case 'start':
        this.#attempt = emptyAttempt();
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
      case 'retract':
        this.#attempt = emptyAttempt();
        break;
      case 'finish':
        return this.#answer(event, elapsed);
      default:
        if (!asksAnew(event)) break;
        this.#attempt = emptyAttempt();
        this.#attempts += 1;
    }
    return undefined;
  }

  #answer(finish: Extract<ChatEvent, { type: 'finish' }>, elapsed: number): ChatAnswer {
    const { firstToken, ...rest } = this.#attempt;
    const { reason, rawReason, refusal } = finish;
    return {
      ...rest,
      ...(refusal === undefined ? {} : { refusal }),
      finish: rawReason === undefined ? { reason } : { reason, rawReason },
      usage: this.#used.current,
      totalUsage: this.#used.total,
      attempts: this.#attempts,
      cached: this.#used.cached,
      timings: firstToken === undefined ? { total: elapsed } : { firstToken, total: elapsed },
    };
  }
}
