import type { Observable } from 'rxjs';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import type { StreamPolicy } from '../handler';
import { CooldownAttempt } from '../internal/cooldown-attempt';
import { CooldownLine } from '../internal/cooldown-line';
import { keepOne } from '../internal/keep-one';
import { checkFunction, checkNumber } from '../internal/options';
import { streamPolicy } from '../internal/stream-policy';

/** Options for {@link cooldown}. */
export interface CooldownOptions {
  /**
   * The first pause, in milliseconds, where the server doesn't say how long; each further one
   * is twice as long, until an attempt is accepted. Up to a quarter is added by chance.
   *
   * @defaultValue `1000`
   */
  readonly base?: number | undefined;
  /**
   * The longest pause, in milliseconds. A call whose server asks for a longer one fails at once.
   *
   * @defaultValue `60_000`
   */
  readonly cap?: number | undefined;
  /**
   * The most attempts of one call that the server refuses for their rate, the first one
   * included. Attempts of an outer `retryBackoff` are not used up by them.
   *
   * @defaultValue `10`
   */
  readonly attempts?: number | undefined;
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

/** The state of a {@link cooldown} instance. */
export interface CooldownState {
  /** Whether attempts go, wait for the end of a pause, or go again step by step. */
  readonly state: 'open' | 'paused' | 'releasing';
  /** How many calls wait. */
  readonly waiting: number;
  /** What is left of the pause, in milliseconds; only when paused. */
  readonly retryAfter?: number;
}

/** A {@link cooldown} instance: a policy, an operator, and its state. */
export interface Cooldown<T = ChatEvent> extends StreamPolicy<T> {
  /** The state now, and whenever a call changes it. */
  readonly state$: Observable<CooldownState>;
}

/**
 * Pauses all calls when the server says that there are too many, then asks again by itself.
 *
 * ```text
 * call 1 -#
 * call 2 --S-aF|
 * call 3 S-bF|
 * first  -r-------S-aF|
 * second ---x-----S-bF|
 *        the pause ends at 7; second is let go when first has been accepted, at 9
 * ```
 *
 * One rate-limit failure pauses the instance for everyone: for as long as the server asked, or
 * ever longer while it refuses. Then one probe goes first; each attempt that the server accepts
 * makes room for two. Refused attempts ask again, before any output, and don't use up those of
 * an outer `retryBackoff`, which would wait each for itself and then all ask at once. A refusal
 * of what was sent before the pause doesn't start another one. A probe that hangs holds up all
 * others, so put `deadlines` nearer to the wire.
 *
 * @param options - See {@link CooldownOptions}.
 * @returns A policy that is also an operator, with `state$`.
 * Errors: those of the call, unchanged; that of the last attempt when `attempts` are used up,
 * which outer retries leave alone; `rate-limited` when the request's `context.deadline` comes
 * before the end of the pause.
 *
 * @example
 * ```ts
 * const ask = compose(openai({ model: 'gpt-5-mini' }), cooldown(), retryBackoff());
 * ```
 */
export function cooldown<T = ChatEvent>(options: CooldownOptions = {}): Cooldown<T> {
  const { base = 1000, cap = 60_000, attempts = 10 } = options;
  const { scheduler = asyncScheduler, random = Math.random } = options;
  checkNumber('cooldown', 'base', base);
  checkNumber('cooldown', 'cap', cap);
  checkNumber('cooldown', 'attempts', attempts, { min: 1, integer: true });
  checkFunction('cooldown', 'random', random);
  const line = new CooldownLine(scheduler, { base, cap, random });
  const rules = { line, scheduler, cap, attempts };

  keepOne(CooldownAttempt, (reader, nothing) => new CooldownAttempt(nothing, nothing, reader));
  const policy = streamPolicy<T>((call, destination) => {
    // What is left already would never give its pass back.
    if (!destination.closed) new CooldownAttempt(rules, call, destination).enter();
  });

  const state$ = line.watch((gate, time) => {
    const now = { state: gate.state(time), waiting: line.waiting };
    return now.state === 'paused' ? { ...now, retryAfter: gate.until - time } : now;
  });
  return Object.assign(policy, { state$ });
}
