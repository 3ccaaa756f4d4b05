import { checkAmount } from './amount';
import { RetryBudget } from './retry-budget';

/**
 * Says whether one more attempt may be made, for all calls that share it: a
 * {@link RetryBudget}, a {@link RetryQuota}, a {@link RetryThrottle}, or one of your own.
 *
 * @example
 * ```ts
 * // Whoever is on duty may forbid retries; without failures there is nothing to forbid.
 * let forbidden = false;
 * const budget: RetryAllowance = { deposit: () => undefined, withdraw: () => !forbidden };
 * const ask = compose(openai({ model: 'gpt-5-mini' }), retryBackoff({ budget }));
 * ```
 */
export interface RetryAllowance {
  /** Counts a call. */
  deposit(): void;
  /**
   * Takes leave for one more attempt; `false` when there is none.
   *
   * @param failure - What led to it; a hedge that time has led to has none.
   */
  withdraw(failure?: RetryFailure): boolean;
  /** Hears of each failure that another attempt might mend, also where none follows. */
  charge?(failure: RetryFailure): void;
  /**
   * Hears of each call that has succeeded.
   *
   * @param retried - The failure that led to its last attempt, if one did.
   */
  repay?(retried?: RetryFailure): void;
}

/** What an allowance is told of a failure; an `LlmError` is one. */
export interface RetryFailure {
  readonly kind: string;
}

/** Whether the failure says that the server has too much to do. */
export function isThrottled({ kind }: RetryFailure): boolean {
  return kind === 'rate-limited' || kind === 'overloaded';
}

/** The allowance that an option gives: a number is the ratio of a {@link RetryBudget}. */
export function allowanceOf(policy: string, budget: number | RetryAllowance): RetryAllowance {
  const { deposit, withdraw } = Object(budget) as Partial<RetryAllowance>;
  if (typeof deposit === 'function' && typeof withdraw === 'function') {
    return budget as RetryAllowance;
  }
  checkAmount(policy, 'budget', budget as number);
  return new RetryBudget({ ratio: budget as number });
}
