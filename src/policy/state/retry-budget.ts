import { checkAmount } from './amount';
import type { RetryAllowance } from './retry-allowance';

/** Options for {@link RetryBudget}. */
export interface RetryBudgetOptions {
  /**
   * Retries allowed per call: `0.2` means that a thousand calls may cause two hundred
   * retries, however many of them fail.
   *
   * @defaultValue `0.2`
   */
  readonly ratio?: number | undefined;
}

// So that the first calls of a process may be retried at all.
const RESERVE = 10;
// What a long quiet time may save up for one bad moment.
const CAPACITY = 100;

/**
 * Bounds retries to a share of the calls, so that an outage is not made worse by
 * those who retry. One budget may be shared by several policies.
 *
 * The rule is that of Google's SRE book (chapter "Handling Overload"), with the ratio
 * raised from 10 % to 20 %. The reserve is lent, not given: over more than
 * `10 / ratio` calls the retries never exceed `ratio` times the calls.
 *
 * @example
 * ```ts
 * const budget = new RetryBudget({ ratio: 0.1 });
 * const ask = failover({
 *   gpt: compose(openai({ model: 'gpt-5-mini' }), retryBackoff({ budget })),
 *   claude: compose(anthropic({ model: 'claude-haiku-4-5' }), retryBackoff({ budget })),
 * });
 * ```
 */
export class RetryBudget implements RetryAllowance {
  readonly #ratio: number;
  readonly #reserve: number;
  #earned = 0;
  #spent = 0;

  constructor({ ratio = 0.2 }: RetryBudgetOptions = {}) {
    checkAmount('RetryBudget', 'ratio', ratio);
    this.#ratio = ratio;
    this.#reserve = ratio === 0 ? 0 : RESERVE;
  }

  /** How many retries are allowed right now. */
  get available(): number {
    // Sums of 0.2 fall a hair short of whole numbers.
    return Math.floor(Math.max(this.#reserve, this.#earned) - this.#spent + 1e-6);
  }

  /** Counts a call. */
  deposit(): void {
    const ceiling = Math.max(this.#reserve, this.#spent + Math.max(CAPACITY, this.#ratio));
    this.#earned = Math.min(this.#earned + this.#ratio, ceiling);
  }

  /** Takes leave for one retry; `false` when there is none. */
  withdraw(): boolean {
    if (this.available < 1) return false;
    this.#spent += 1;
    return true;
  }
}
