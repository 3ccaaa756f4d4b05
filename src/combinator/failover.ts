import { asyncScheduler, type SchedulerLike, type Subscriber } from 'rxjs';
import { classify } from '../error/classify';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import type { Handler } from '../handler';
import { Alarms } from '../internal/alarms';
import { callOf, keepCalls } from '../internal/call';
import { SharedAttempt, type Attempting } from '../internal/deadline-share';
import { directHandler } from '../internal/direct-handler';
import { keepOne } from '../internal/keep-one';
import { exhausted, isChatRequest, memberEntries, type Members } from '../internal/members';
import { checkFunction, checkOneOf } from '../internal/options';
import type { ChatRequest } from '../request/chat-request';

/** Options for {@link failover}. */
export interface FailoverOptions {
  /**
   * Which errors lead to the next member. The last one's key is `name`.
   *
   * @defaultValue those whose `failover` is true by {@link classify}: all but the ones
   * that every member would answer alike, such as an invalid request
   */
  readonly when?: ((error: LlmError, name: string) => boolean) | undefined;
  /**
   * What follows a failure after output: `'retract'` takes the output back and asks the
   * next member, `'error'` gives up.
   *
   * @defaultValue `'retract'`
   */
  readonly afterOutput?: 'retract' | 'error' | undefined;
  /**
   * The clock and timers to use, where the request has a deadline: each member is then given its
   * share of what is left to say something.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Asks the first member; when it fails, the next one, in the order of the record.
 *
 * ```text
 * gpt       --S-a#
 * claude    ----S-bF|
 * failover  1-S-a(R2)S-bF|
 *           1 = route to gpt, 2 = route to claude, R = retract
 * ```
 *
 * A member that fails in mid-answer has its text taken back by a `retract` event, so two
 * answers are never mixed. Unlike `catchError`, it knows which errors another member can
 * mend, and at the end it shows all of them. The order is the same for each call: no state
 * is kept between them.
 *
 * @param members - Handlers by name; `route` events and errors carry the names.
 * @param options - See {@link FailoverOptions}.
 * @returns A handler. Errors: one that no other member can mend, unchanged; `exhausted`,
 * with `errors`, when the last member has failed.
 *
 * @example
 * ```ts
 * const ask = failover({
 *   gpt: compose(openai({ model: 'gpt-5-mini' }), retryBackoff()),
 *   claude: anthropic({ model: 'claude-haiku-4-5' }),
 * });
 * ```
 */
export function failover<Request = ChatRequest, Event = ChatEvent>(
  members: Members<Request, Event>,
  options: FailoverOptions = {},
): Handler<Request, Event> {
  const { when = (error: LlmError) => error.failover, afterOutput = 'retract' } = options;
  const { scheduler = asyncScheduler } = options;
  checkFunction('failover', 'when', when);
  checkOneOf('failover', 'afterOutput', afterOutput, ['retract', 'error']);
  const entries = memberEntries('failover', members);

  const alarms = new Alarms(scheduler);
  const attempting: Attempting = { policy: 'failover', heldBackBy: ['wait'], alarms };
  const rules: Rules<Request, Event> = { entries, when, afterOutput, attempting };

  keepCalls();
  keepOne(Attempt, (reader, nothing) => new Attempt(nothing, nothing, [], reader));
  return directHandler((request, destination) => {
    askNext(rules, request, [], destination);
  });
}

interface Rules<Request, Event> {
  readonly entries: readonly (readonly [name: string, handler: Handler<Request, Event>])[];
  readonly when: (error: LlmError, name: string) => boolean;
  readonly afterOutput: 'retract' | 'error';
  readonly attempting: Attempting;
}

interface Failure {
  readonly name: string;
  readonly error: unknown;
}

/** Asks the member after those that have failed. */
function askNext<Request, Event>(
  rules: Rules<Request, Event>,
  request: Request,
  failures: readonly Failure[],
  destination: Subscriber<Event>,
): void {
  const { entries, attempting } = rules;
  const [name, handler] = entries[failures.length]!;
  if (isChatRequest(request)) {
    const error = failures.at(-1)?.error;
    const route = { type: 'route', by: 'failover', name } as const;
    destination.next((error === undefined ? route : { ...route, error }) as Event);
  }
  if (destination.closed) return;
  const attempt = new Attempt(rules, request, failures, destination);
  attempt.ask(callOf(handler, request), entries.length - failures.length, attempting);
}

/** One member's answer. */
class Attempt<Request, Event> extends SharedAttempt<Event> {
  constructor(
    private readonly rules: Rules<Request, Event>,
    private readonly request: Request,
    /** Of the members before. */
    private readonly failures: readonly Failure[],
    out: Subscriber<Event>,
  ) {
    super(out);
  }

  protected override onError(error: unknown): void {
    const { rules, request, out } = this;
    const { entries, when, afterOutput } = rules;
    const { made, retractable } = this.committed;
    const [name] = entries[this.failures.length]!;
    const failure = LlmError.is(error) ? error : classify({ cause: error });
    const lost = made && (afterOutput === 'error' || !retractable);
    if (lost || !when(failure, name)) {
      out.error(error);
      return;
    }
    const failures = [...this.failures, { name, error }];
    if (failures.length === entries.length) {
      out.error(exhausted('failover', failures));
      return;
    }
    if (made) out.next({ type: 'retract' } as Event);
    this.unsubscribe();
    askNext(rules, request, failures, out);
  }
}
