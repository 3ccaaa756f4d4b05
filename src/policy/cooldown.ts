import { asyncScheduler, Observable } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';
import { classify } from '../error/classify';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import type { StreamPolicy } from '../handler';
import { Changes } from '../internal/changes';
import { Commitment, isNotice } from '../internal/commit';
import { forwardAsFinal, isFinal, startAttempt } from '../internal/final-error';
import { operate } from '../internal/operate';
import { checkFunction, checkNumber, MAX_DELAY } from '../internal/options';
import { SteadyClock } from '../internal/steady-clock';
import { streamPolicy } from '../internal/stream-policy';
import { CooldownGate, type Pass } from './state/cooldown-gate';
import { WaitQueue, type Place } from './state/wait-queue';

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

interface Waiter {
  /** Until when its own server asked it to wait. */
  readonly notBefore: number;
  readonly start: () => void;
  /** A new pause has begun. */
  readonly review: () => void;
  place?: Place<Waiter>;
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
  const clock = new SteadyClock(scheduler);
  const gate = new CooldownGate({ base, cap, random });
  const queue = new WaitQueue<Waiter>();
  const changes = new Changes();
  let timer: { readonly due: number; readonly alarm: Subscription } | undefined;
  let serving = false;

  /** The first of those who wait that its own server doesn't ask to wait longer. */
  const nextReady = (time: number): Waiter | undefined => {
    for (const waiter of queue) if (waiter.notBefore <= time) return waiter;
    return undefined;
  };

  /** When somebody may go without anything else happening. */
  const nextDue = (time: number): number => {
    if (queue.size === 0) return Infinity;
    if (time < gate.until) return gate.until;
    if (!gate.admits(time)) return Infinity;
    return [...queue].reduce((due, { notBefore }) => Math.min(due, notBefore), Infinity);
  };

  const arm = (): void => {
    const due = nextDue(clock.time);
    if (timer?.due === due) return;
    timer?.alarm.unsubscribe();
    timer = undefined;
    if (due === Infinity) return;
    const alarm = clock.at(due, () => {
      timer = undefined;
      serve();
      changes.tell();
    });
    timer = { due, alarm };
  };

  /** Lets those go who may; to be called whenever something has changed. */
  const serve = (): void => {
    // A loop, not recursion: who goes may be refused or accepted before `start` returns.
    if (serving) return;
    serving = true;
    for (let { time } = clock; gate.admits(time); time = clock.time) {
      const waiter = nextReady(time);
      if (!waiter) break;
      waiter.place?.leave();
      waiter.start();
    }
    serving = false;
    arm();
  };

  const policy = streamPolicy<T>(
    (source, { chat, context }) =>
      new Observable((destination) => {
        const committed = new Commitment();
        let attempt = 1;
        let pass: Pass | undefined;
        let waiter: Waiter | undefined;

        /** Another one may go in the place of an attempt that has ended or was left. */
        const leave = (): void => {
          if (!pass && !waiter) return;
          if (pass) gate.release(pass);
          waiter?.place?.leave();
          pass = waiter = undefined;
          serve();
          changes.tell();
        };
        const accepted = (): void => {
          if (!pass || !gate.accept(pass)) return;
          if (queue.size === 0) gate.open();
          serve();
          changes.tell();
        };
        const start = (): void => {
          waiter = undefined;
          const mine = (pass = gate.pass());
          const subscriber = operate<T, T>(destination, {
            next: (value) => {
              if (!mine.settled && !isNotice(value)) accepted();
              committed.add(value);
              destination.next(value);
            },
            error: (error) => {
              // One attempt ends before the next one begins.
              subscriber.unsubscribe();
              const failure = classify({ cause: error });
              // What isn't to be retried is no word of a server that asks to slow down.
              if (failure.kind === 'rate-limited' && failure.retryable) refused(error, failure);
              else fail(error);
            },
            complete: () => {
              accepted();
              leave();
              destination.complete();
            },
          });
          try {
            startAttempt(() => source.subscribe(subscriber));
          } catch (thrown) {
            // A teardown that throws is no business of the call that made way for this one.
            destination.error(thrown);
          }
        };
        const fail = (error: unknown): void => {
          leave();
          destination.error(error);
        };
        const refused = (error: unknown, { retryAfter = 0 }: LlmError): void => {
          const { time } = clock;
          const notBefore = time + (retryAfter > 0 ? retryAfter : 0);
          const pauses = gate.refuse(pass!, retryAfter, time);
          pass = undefined;
          serve();
          changes.tell();
          if (pauses) for (const other of [...queue]) other.review();
          const delay = Math.max(gate.until, notBefore) - time;
          if (committed.made || retryAfter > cap) {
            destination.error(error);
          } else if (isFinal(error) || attempt >= attempts || isTooLate(delay)) {
            forwardAsFinal(destination, error);
          } else {
            attempt += 1;
            if (chat) destination.next({ type: 'retry', attempt, delay, error } as T);
            if (!destination.closed) enter(notBefore, { error });
          }
        };
        const isTooLate = (delay: number): boolean =>
          delay > 0 && scheduler.now() + delay > (context.deadline ?? Infinity);
        const enter = (notBefore: number, refusal?: { readonly error: unknown }): void => {
          const { time } = clock;
          if (notBefore <= time && gate.admits(time) && !nextReady(time)) {
            start();
            return;
          }
          const review = (): void => {
            const delay = Math.max(gate.until, notBefore) - clock.time;
            if (!isTooLate(delay)) return;
            leave();
            if (refusal) forwardAsFinal(destination, refusal.error);
            else destination.error(pausedFor(delay));
          };
          const ahead = queue.size;
          waiter = { notBefore, start, review };
          waiter.place = queue.join(waiter);
          review();
          if (chat && !refusal) destination.next({ type: 'wait', by: 'cooldown', ahead } as T);
          changes.tell();
          serve();
        };

        destination.add(leave);
        // What is left already would never give its pass back.
        if (!destination.closed) enter(-Infinity);
      }),
  );

  const state$ = changes.watch(() => {
    const { time } = clock;
    const now = { state: gate.state(time), waiting: queue.size };
    return now.state === 'paused' ? { ...now, retryAfter: gate.until - time } : now;
  });
  return Object.assign(policy, { state$ });
}

function pausedFor(pause: number): LlmError {
  const retryAfter = Math.min(MAX_DELAY, Math.ceil(pause));
  return new LlmError(
    `cooldown: the server wants no requests for ${String(retryAfter)} ms more; ask again then, ` +
      'or give the call a later deadline',
    { kind: 'rate-limited', retryable: false, retryAfter },
  );
}
