import { asyncScheduler, Observable, timer, type SchedulerLike, type Subscription } from 'rxjs';
import { classify } from '../error/classify';
import type { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import type { Handler } from '../handler';
import { forwardAsFinal } from '../internal/final-error';
import { exhausted, memberEntries, type Members } from '../internal/members';
import { operate } from '../internal/operate';
import { checkNumber, MAX_DELAY } from '../internal/options';
import { isPushBack } from '../internal/push-back';
import { Race } from '../internal/race';
import { Setting } from '../internal/setting';
import { whenAnswered } from '../internal/when-answered';
import { LivePercentile, MAX_PERCENTILE } from '../policy/state/live-percentile';
import { allowanceOf, type RetryAllowance } from '../policy/state/retry-allowance';
import type { ChatRequest } from '../request/chat-request';

/** A delay that follows how long the first members of the last calls took. */
export interface PercentileDelay {
  /** The share of calls that shall not be hedged, for example `0.95`; at most `0.99`. */
  readonly percentile: number;
  /**
   * The delay until there have been enough calls to tell (20 for `0.95`), in milliseconds.
   *
   * @defaultValue `2000`
   */
  readonly initial?: number | undefined;
}

/** Options for {@link hedge}. */
export interface HedgeOptions {
  /**
   * How long after one member was asked the next one is, in milliseconds, while nobody has said
   * anything: a number, an Observable of numbers, or a percentile of the times to the first
   * output that this instance has seen. With `Infinity`, the next one is asked only when one has
   * failed.
   *
   * @defaultValue `{ percentile: 0.95 }`
   */
  readonly delay?: number | Observable<number> | PercentileDelay | undefined;
  /**
   * Further members asked per call over all calls of this instance, or an allowance that
   * several instances share, also with those of `retryBackoff`.
   *
   * @defaultValue `0.05`
   */
  readonly budget?: number | RetryAllowance | undefined;
  /**
   * The clock and timers to use.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Asks the first member, and the next one too when the first is slow to say something. Who says
 * something first answers, the others are aborted.
 *
 * ```text
 * gpt    --S--------a-F|
 * claude     S-b----F|
 * hedge  ------(2Sb)F|
 *        2 = route to claude, which was asked after 4 ms, with gpt as its loser
 * ```
 *
 * A few requests more (5 % of the calls by default) take the slowest answers out of the
 * statistics: see Dean and Barroso, "The Tail at Scale". Members are asked in the order of the
 * record, each once a call; to hedge with the same provider, name it twice. When one fails, the
 * next is asked at once, but none any more when a server pushes back (`rate-limited`, a
 * `retryAfter`, "do not retry"), and all are left when it is a failure that all would share, such
 * as an invalid request. Each further member takes leave of the budget; without leave, a failure
 * goes up. Unlike with `race`, an error never wins, nor does a `start` alone.
 *
 * @param members - Handlers by name; `route` events and errors carry the names.
 * @param options - See {@link HedgeOptions}.
 * @returns A handler. Errors: those of the winner after its first output; `exhausted`, with
 * `errors`, when all members have failed; else the last failure, unchanged, which no
 * `retryBackoff` around it retries.
 *
 * @example
 * ```ts
 * const gpt = openai({ model: 'gpt-5-mini' });
 * const ask = hedge({ gpt, again: gpt, claude: anthropic({ model: 'claude-haiku-4-5' }) });
 * ```
 */
export function hedge<Request = ChatRequest, Event = ChatEvent>(
  members: Members<Request, Event>,
  options: HedgeOptions = {},
): Handler<Request, Event> {
  const { delay = { percentile: 0.95 }, budget = 0.05, scheduler = asyncScheduler } = options;
  const entries = memberEntries('hedge', members);
  const wait = isPercentile(delay) ? livePercentile(delay) : new Setting('hedge', 'delay', delay);
  const allowance = allowanceOf('hedge', budget);

  return (request) =>
    new Observable((consumer) => {
      const startedAt = scheduler.now();
      let asked = 0;
      let stopped = false;
      let retried: LlmError | undefined;
      let clock: Subscription | undefined;

      const destination = whenAnswered(consumer, () => allowance.repay?.(retried));
      const mayAsk = (): boolean => !stopped && !race.over && asked < entries.length;
      const askFurther = (failure?: LlmError): boolean => {
        if (!mayAsk() || !allowance.withdraw(failure)) return false;
        retried = failure;
        ask();
        return true;
      };
      const ask = (): void => {
        clock?.unsubscribe();
        const turn = asked++;
        race.enter(...entries[turn]!);
        // It may have failed at once, and the next one have been asked since.
        if (turn + 1 < asked || !mayAsk() || wait.value === Infinity) return;
        const due = operate<number, Event>(destination, {
          next: () => {
            askFurther();
          },
          complete: () => undefined,
        });
        clock = due;
        timer(Math.min(wait.value, MAX_DELAY), scheduler).subscribe(due);
      };

      const race = new Race<Request, Event>({
        by: 'hedge',
        request,
        destination,
        onWin: () => {
          clock?.unsubscribe();
          // A first member that was slower than the winner would have taken at least as long.
          const failed = race.failures.some(({ name }) => name === entries[0]![0]);
          if (!failed && wait instanceof LivePercentile) {
            wait.add(Math.max(0, scheduler.now() - startedAt));
          }
        },
        onLoss: (error, finished) => {
          const failure = classify({ cause: error });
          if (!failure.failover) {
            race.abort();
            race.giveUp(() => {
              forwardAsFinal(destination, error);
            });
            return;
          }
          const pushedBack = isPushBack(failure);
          // A member that says why it has no output has answered in its way.
          stopped ||= finished || pushedBack;
          if (!finished && (failure.retryable || pushedBack)) allowance.charge?.(failure);
          if (askFurther(failure) || race.running > 0) return;
          const { failures } = race;
          const all = failures.length === entries.length;
          race.giveUp(() => {
            forwardAsFinal(destination, all ? exhausted('hedge', failures) : error);
          });
        },
      });

      if (wait instanceof Setting) wait.follow(destination);
      allowance.deposit();
      ask();
    });
}

function isPercentile(
  delay: number | Observable<number> | PercentileDelay,
): delay is PercentileDelay {
  return Object.hasOwn(Object(delay) as object, 'percentile');
}

function livePercentile({ percentile, initial = 2000 }: PercentileDelay): LivePercentile {
  checkNumber('hedge', 'delay.percentile', percentile, { max: MAX_PERCENTILE });
  checkNumber('hedge', 'delay.initial', initial);
  return new LivePercentile(percentile, initial);
}
