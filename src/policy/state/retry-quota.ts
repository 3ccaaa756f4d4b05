import { checkAmount } from './amount';
import { isThrottled, type RetryAllowance, type RetryFailure } from './retry-allowance';

/** Options for {@link RetryQuota}. */
export interface RetryQuotaOptions {
  /**
   * How many tokens there are at first, which is also the most there may be.
   *
   * @defaultValue `500`
   */
  readonly tokens?: number | undefined;
  /**
   * What one more attempt costs, in tokens.
   *
   * @defaultValue `14`
   */
  readonly cost?: number | undefined;
  /**
   * What it costs after a server has said that it has too much to do, in tokens.
   *
   * @defaultValue `5`
   */
  readonly throttledCost?: number | undefined;
}

/**
 * Bounds retries by a purse of tokens, as the AWS SDKs do in their standard mode: each further
 * attempt pays, a call that succeeds after one is given back what its last one cost, and one
 * that succeeds at once puts in a token.
 *
 * Unlike {@link RetryBudget}, it allows all retries as long as few calls fail, and hardly any
 * when half of them do. It may be shared by several policies.
 *
 * @example
 * ```ts
 * const budget = new RetryQuota();
 * const ask = compose(openai({ model: 'gpt-5-mini' }), retryBackoff({ budget, base: 50 }));
 * ```
 */
export class RetryQuota implements RetryAllowance {
  readonly #capacity: number;
  readonly #cost: number;
  readonly #throttledCost: number;
  #tokens: number;

  constructor({ tokens = 500, cost = 14, throttledCost = 5 }: RetryQuotaOptions = {}) {
    checkAmount('RetryQuota', 'tokens', tokens);
    checkAmount('RetryQuota', 'cost', cost);
    checkAmount('RetryQuota', 'throttledCost', throttledCost);
    this.#capacity = this.#tokens = tokens;
    this.#cost = cost;
    this.#throttledCost = throttledCost;
  }

  /** How many tokens are left. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Counts nothing: calls pay by their failures. */
  deposit(): void {
    // The first attempt of a call is free.
  }

  /** Pays for one more attempt; `false` when the tokens don't suffice. */
  withdraw(failure?: RetryFailure): boolean {
    const cost = this.#costOf(failure);
    if (cost > this.#tokens) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Takes back what the last attempt of a call has cost that has succeeded, or one token. */
  repay(retried?: RetryFailure): void {
    const amount = retried ? this.#costOf(retried) : 1;
    this.#tokens = Math.min(this.#capacity, this.#tokens + amount);
  }

  #costOf(failure: RetryFailure | undefined): number {
    return failure && isThrottled(failure) ? this.#throttledCost : this.#cost;
  }
}
