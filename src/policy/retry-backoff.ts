import { asyncScheduler, timer, type SchedulerLike, type Subscriber } from 'rxjs';
import { classify } from '../error/classify';
import type { LlmError } from '../error/llm-error';
import { isFinish, type ChatEvent } from '../event/chat-event';
import type { StreamPolicy } from '../handler';
import { Alarms } from '../internal/alarms';
import type { Call } from '../internal/call';
import type { Commitment } from '../internal/commit';
import { lastMoment, SharedAttempt, type Attempting } from '../internal/deadline-share';
import { forwardAsFinal, isFinal, startAttempt } from '../internal/final-error';
import { keepOne } from '../internal/keep-one';
import { checkFunction, checkNumber, checkOneOf, MAX_DELAY } from '../internal/options';
import { isPushBack } from '../internal/push-back';
import { streamPolicy } from '../internal/stream-policy';
import type { RequestContext } from '../request/chat-request';
import { allowanceOf, isThrottled, type RetryAllowance } from './state/retry-allowance';

/** Options for {@link retryBackoff}. */
export interface RetryBackoffOptions {
  /**
   * The most attempts of one call, the first one included.
   *
   * @defaultValue `3`
   */
  readonly attempts?: number | undefined;
  /**
   * The longest wait before the first retry, in milliseconds; each further one may be
   * twice as long.
   *
   * @defaultValue `500`
   */
  readonly base?: number | undefined;
  /**
   * The same after an attempt that failed as the server has too much to do: `overloaded`, or
   * `rate-limited` without a word on how long to wait.
   *
   * @defaultValue `1000`, or `base` where that is more
   */
  readonly throttledBase?: number | undefined;
  /**
   * The longest wait, in milliseconds. A server that asks for a longer one ends the retries.
   *
   * @defaultValue `60_000`
   */
  readonly cap?: number | undefined;
  /**
   * Retries allowed per call over all calls of this instance, or an allowance that several
   * instances share: a `RetryBudget`, a `RetryQuota` or a `RetryThrottle`.
   *
   * @defaultValue `0.2`
   */
  readonly budget?: number | RetryAllowance | undefined;
  /**
   * What follows a failure after output: `'retract'` takes the output back and tries
   * again, `'error'` gives up.
   *
   * @defaultValue `'retract'`
   */
  readonly afterOutput?: 'retract' | 'error' | undefined;
  /**
   * Which errors are retried.
   *
   * @defaultValue those that are `retryable` by {@link classify}
   */
  readonly retryOn?: ((error: unknown) => boolean) | undefined;
  /**
   * The clock and timers to use.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * The chance to use: numbers from 0 up to 1.
   *
   * @defaultValue `Math.random`
   */
  readonly random?: (() => number) | undefined;
}

/**
 * Tries a failed call again, after a random and exponentially growing wait.
 *
 * ```text
 * attempt 1    --#
 * attempt 2           S-a-(bF|)
 * retryBackoff --r----S-a-(bF|)
 * ```
 *
 * Unlike `retry`, it waits (full jitter: anywhere between 0 and the limit, see the AWS
 * Architecture Blog, "Exponential Backoff and Jitter"), obeys what the server asked for
 * as the least wait, retries only errors that another attempt can mend, keeps within a
 * budget for all calls together, and never lets text be read twice: output of a failed
 * attempt is taken back by a `retract` event. A plain Observable can't take values back,
 * so there an error after the first value is forwarded.
 *
 * @param options - See {@link RetryBackoffOptions}.
 * @returns A policy that is also an operator. Its instance holds the budget.
 * Errors: those of the last attempt, unchanged.
 *
 * @example
 * ```ts
 * const ask = compose(openai({ model: 'gpt-5-mini' }), retryBackoff({ attempts: 3 }));
 * ```
 */
export function retryBackoff<T = ChatEvent>(options: RetryBackoffOptions = {}): StreamPolicy<T> {
  const { attempts = 3, base = 500, cap = 60_000, budget = 0.2, afterOutput = 'retract' } = options;
  const { throttledBase = Math.max(1000, base), retryOn } = options;
  const { scheduler = asyncScheduler, random = Math.random } = options;
  checkNumber('retryBackoff', 'attempts', attempts, { min: 1, integer: true });
  checkNumber('retryBackoff', 'base', base);
  checkNumber('retryBackoff', 'throttledBase', throttledBase);
  checkNumber('retryBackoff', 'cap', cap);
  checkOneOf('retryBackoff', 'afterOutput', afterOutput, ['retract', 'error']);
  if (retryOn) checkFunction('retryBackoff', 'retryOn', retryOn);
  checkFunction('retryBackoff', 'random', random);
  const allowance = allowanceOf('retryBackoff', budget);

  /** Whether another attempt may mend the failure, of which the allowance hears. */
  const isMendable = (error: unknown, failure: LlmError): boolean => {
    if (isFinal(error)) return false;
    const mendable = retryOn ? retryOn(error) : failure.retryable;
    if (mendable || isPushBack(failure)) allowance.charge?.(failure);
    return mendable;
  };

  /** The wait before the next attempt, or `undefined` when there shall be none. */
  const delayFor = (
    failure: LlmError,
    attempt: number,
    context: RequestContext,
  ): number | undefined => {
    const { kind, retryAfter: hint = 0 } = failure;
    if (attempt >= attempts || hint > cap) return undefined;
    const hinted = kind === 'rate-limited' && failure.retryAfter !== undefined;
    const first = isThrottled(failure) && !hinted ? throttledBase : base;
    const limit = Math.min(cap, MAX_DELAY, first * 2 ** Math.min(attempt - 1, 31));
    const backoff = random() * limit;
    const delay = hint > backoff ? Math.min(hint, MAX_DELAY) : backoff;
    // No one would hear of what came after the deadline.
    if (scheduler.now() + delay >= lastMoment(context)) return undefined;
    return allowance.withdraw(failure) ? delay : undefined;
  };

  const rules: RetryRules = {
    ...{ attempts, afterOutput, allowance, isMendable, delayFor },
    // A retry from within is that of a `cooldown`.
    attempting: {
      ...{ policy: 'retryBackoff', heldBackBy: ['wait', 'retry'] },
      alarms: new Alarms(scheduler),
    },
  };
  keepOne(RetriedCall, (reader, nothing) => {
    const call = new RetriedCall(nothing, nothing, reader);
    return [call, new Attempt(call, reader)];
  });
  return streamPolicy<T>((call, destination) => {
    allowance.deposit();
    new RetriedCall(rules, call, destination).attempt();
  });
}

/** What holds for all calls of an instance. */
interface RetryRules {
  readonly attempts: number;
  readonly afterOutput: 'retract' | 'error';
  readonly allowance: RetryAllowance;
  readonly attempting: Attempting;
  readonly isMendable: (error: unknown, failure: LlmError) => boolean;
  readonly delayFor: (
    failure: LlmError,
    attempt: number,
    context: RequestContext,
  ) => number | undefined;
}

/** One call, of one attempt after the other. */
class RetriedCall<T> {
  #attempt = 1;
  #retried: LlmError | undefined;
  #answered = false;

  constructor(
    private readonly rules: RetryRules,
    private readonly call: Call<T>,
    private readonly destination: Subscriber<T>,
  ) {}

  attempt(): void {
    const left = this.rules.attempts - this.#attempt + 1;
    const attempt = new Attempt(this, this.destination);
    startAttempt(() => {
      attempt.ask(this.call, left, this.rules.attempting);
    });
  }

  /** The call is answered whole, which the allowance hears once. */
  answered(): void {
    if (!this.#answered) this.rules.allowance.repay?.(this.#retried);
    this.#answered = true;
  }

  failed(error: unknown, committed: Commitment): void {
    const { afterOutput, isMendable, delayFor, attempting } = this.rules;
    const { call, destination } = this;
    const failure = classify({ cause: error });
    const lost = committed.made && (afterOutput === 'error' || !committed.retractable);
    const mendable = isMendable(error, failure) && !lost;
    const delay = mendable ? delayFor(failure, this.#attempt, call.context) : undefined;
    if (delay === undefined) {
      forwardAsFinal(destination, error);
      return;
    }
    this.#attempt += 1;
    this.#retried = failure;
    const tells = call.chat || committed.made;
    if (committed.made) this.#tell({ type: 'retract' });
    if (tells) this.#tell({ type: 'retry', attempt: this.#attempt, delay, error });
    destination.add(timer(delay, attempting.alarms.scheduler).subscribe(() => this.attempt()));
  }

  #tell(event: ChatEvent): void {
    this.destination.next(event as T);
  }
}

class Attempt<T> extends SharedAttempt<T> {
  constructor(
    private readonly call: RetriedCall<T>,
    out: Subscriber<T>,
  ) {
    super(out);
  }

  protected override onNext(value: T): void {
    if (isFinish(value)) this.call.answered();
    super.onNext(value);
  }

  protected override onError(error: unknown): void {
    this.call.failed(error, this.committed);
  }

  protected override onComplete(): void {
    this.call.answered();
    this.out.complete();
  }
}
