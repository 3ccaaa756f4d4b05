import { checkAmount } from './amount';
import type { RetryAllowance } from './retry-allowance';

/** Options for {@link RetryThrottle}. */
export interface RetryThrottleOptions {
  /**
   * How many tokens there are at first, which is also the most there may be; up to 1000.
   * Retries need more than half of them.
   *
   * @defaultValue `10`
   */
  readonly maxTokens?: number | undefined;
  /**
   * How many tokens a call that succeeds puts in; a failure that could be retried takes out one.
   *
   * @defaultValue `0.1`
   */
  readonly tokenRatio?: number | undefined;
}

/**
 * Stops all retries once too many calls fail, until enough of them succeed again: the retry
 * throttling of gRPC (its proposal A6).
 *
 * Unlike {@link RetryBudget}, which always allows a share of retries, it allows none at all
 * while more than about one call in ten fails. Have one for each server.
 *
 * @example
 * ```ts
 * const budget = new RetryThrottle({ maxTokens: 100, tokenRatio: 0.2 });
 * const ask = compose(openai({ model: 'gpt-5-mini' }), retryBackoff({ budget }));
 * ```
 */
export class RetryThrottle implements RetryAllowance {
  readonly #maxTokens: number;
  readonly #tokenRatio: number;
  #tokens: number;

  constructor({ maxTokens = 10, tokenRatio = 0.1 }: RetryThrottleOptions = {}) {
    checkAmount('RetryThrottle', 'maxTokens', maxTokens, 1000);
    checkAmount('RetryThrottle', 'tokenRatio', tokenRatio);
    this.#maxTokens = this.#tokens = maxTokens;
    this.#tokenRatio = tokenRatio;
  }

  /** How many tokens are left, to the thousandth. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Counts nothing: only ends of calls count. */
  deposit(): void {
    // A call that has not ended says nothing of the server.
  }

  /** Whether one more attempt may be made, which costs nothing by itself. */
  withdraw(): boolean {
    return this.#tokens > this.#maxTokens / 2;
  }

  /** Takes out a token for a failure. */
  charge(): void {
    this.#change(-1);
  }

  /** Puts in a part of a token for a success. */
  repay(): void {
    this.#change(this.#tokenRatio);
  }

  #change(amount: number): void {
    const tokens = Math.round((this.#tokens + amount) * 1000) / 1000;
    this.#tokens = Math.min(Math.max(0, tokens), this.#maxTokens);
  }
}
