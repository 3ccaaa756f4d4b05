import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { ChatEvent } from '../event/chat-event';
import { overloadedError } from './events';
import { type AssertDeepEqual, Expectations } from './expectations';
import { eventValues, TIME_HINT, type MarbleValues } from './letters';
import { MarbleScheduler } from './marble-scheduler';
import type { SubscriptionSpan } from './rows';

/** Options for {@link marbles}. */
export interface MarblesOptions {
  /**
   * What compares the recorded with the expected notifications.
   *
   * @defaultValue a comparison by structure; errors by class, message and own fields
   */
  readonly assertDeepEqual?: AssertDeepEqual | undefined;
}

/** Says what a stream must do. */
export interface StreamExpectation {
  /** Of the letters only `values` are known; others are the letters themselves. */
  toBe(diagram: string, values?: MarbleValues, error?: unknown): void;
}

/** What the body of {@link marbles} works with. One character is one millisecond. */
export interface MarbleTools {
  /** A cold Observable; a letter without a value is the letter itself. */
  readonly cold: <T = string>(
    diagram: string,
    values?: Readonly<Record<string, T>>,
    error?: unknown,
  ) => TestObservable<T>;
  /** A hot Observable; a letter without a value is the letter itself. */
  readonly hot: <T = string>(
    diagram: string,
    values?: Readonly<Record<string, T>>,
    error?: unknown,
  ) => TestObservable<T>;
  /**
   * A cold Observable of chat events: `a` to `z` are text deltas of that letter, `S` is
   * start, `F` finish, `R` retract, `T` a tool call, `#` {@link overloadedError}.
   */
  readonly events: (
    diagram: string,
    values?: MarbleValues,
    error?: unknown,
  ) => TestObservable<ChatEvent>;
  /** Expects a stream of plain values; `subscription` says when to subscribe and to leave. */
  readonly expectObservable: (
    stream: Observable<unknown>,
    subscription?: string,
  ) => StreamExpectation;
  /** Expects a stream of chat events, with the letters and the `#` of `events`. */
  readonly expectEvents: (stream: Observable<unknown>, subscription?: string) => StreamExpectation;
  /** Expects when something was subscribed to and left: `cold.subscriptions`, for example. */
  readonly expectSubscriptions: (subscriptions: readonly SubscriptionSpan[]) => {
    toBe(diagrams: string | readonly string[]): void;
  };
  /** Lets all virtual time pass, to look at things in between. */
  readonly flush: () => void;
  /** The milliseconds before the `|` of a diagram. */
  readonly time: (diagram: string) => number;
}

/** An Observable that plays a diagram and remembers who listened when. */
export interface TestObservable<T> extends Observable<T> {
  readonly subscriptions: readonly SubscriptionSpan[];
}

let current: MarbleTools | undefined;

/** The tools of the `marbles()` that is running, if one is. */
export function currentMarbles(): MarbleTools | undefined {
  return current;
}

/**
 * Runs a test in virtual time: a minute takes no time, and every event has its exact
 * millisecond. `asyncScheduler` is the virtual clock inside, so policies need no option.
 *
 * Unlike `TestScheduler.run` it refuses what would pass without having tested anything: an
 * asynchronous body, a body without an expectation, an expectation without `toBe` or with
 * two, a `marbles()` inside another one, and a timer that is left running after the streams
 * have ended.
 *
 * @param body - The test. It runs at once, and must not be asynchronous: promises don't
 * settle in virtual time.
 * @param options - See {@link MarblesOptions}.
 * @throws An error that shows both streams when they differ.
 *
 * @example
 * ```ts
 * marbles(({ expectEvents }) => {
 *   const provider = fakeHandler('-#', 'S-a-(F|)');
 *   const ask = compose(provider, retryBackoff({ throttledBase: 10, random: () => 0.5 }));
 *   const r = { type: 'retry', attempt: 2, delay: 5, error: overloadedError() };
 *   expectEvents(ask(prompt('?'))).toBe('-r 4ms S-a-(F|)', { r });
 * });
 * ```
 */
export function marbles(body: (tools: MarbleTools) => void, options: MarblesOptions = {}): void {
  if (current !== undefined) {
    throw new Error('marbles: one marbles() must not run inside another one');
  }
  const expectations = new Expectations(options.assertDeepEqual);
  const scheduler = new MarbleScheduler((actual, expected) => {
    expectations.check(actual as readonly unknown[], expected as readonly unknown[]);
  });
  try {
    scheduler.run((helpers) => {
      current = makeTools(scheduler, helpers, expectations);
      // TypeScript takes any function for one that returns nothing, an async one too.
      const returning: (tools: MarbleTools) => unknown = body;
      refuseResult(returning(current));
      expectations.refuseMissing();
    });
    // What runs in virtual time may expect something, too.
    expectations.refuseMissing();
  } finally {
    current = undefined;
  }
  scheduler.refuseLeftover();
}

function makeTools(
  scheduler: MarbleScheduler,
  { cold, hot, flush, expectObservable, expectSubscriptions }: RunHelpers,
  expectations: Expectations,
): MarbleTools {
  return {
    cold: (diagram, values, error) => cold(diagram, values, error),
    hot: (diagram, values, error) => hot(diagram, values, error),
    events: (diagram, values, error = overloadedError()) =>
      cold(diagram, eventValues(values), error),
    expectObservable: (stream, subscription) => {
      const expectation = expectObservable(stream, subscription);
      return expectations.add((diagram, values?: MarbleValues, error?: unknown) => {
        expectation.toBe(diagram, values, error);
      });
    },
    expectEvents: (stream, subscription) => {
      const expectation = expectObservable(stream, subscription);
      return expectations.add((diagram, values: MarbleValues = {}, error = overloadedError()) => {
        expectation.toBe(diagram, eventValues(values), error);
      });
    },
    expectSubscriptions: (subscriptions) => {
      const expectation = expectSubscriptions(subscriptions as SubscriptionSpan[]);
      return expectations.add((diagrams: string | readonly string[]) => {
        expectation.toBe(typeof diagrams === 'string' ? diagrams : [...diagrams]);
      });
    },
    flush,
    time: (diagram) => {
      const moments = TestScheduler.parseMarbles(diagram, undefined, undefined, false, true);
      const end = moments.find(({ notification }) => notification.kind === 'C');
      if (end === undefined) throw new Error(`marbles: time('${diagram}') has no '|'`);
      const [{ notification: first } = end] = moments;
      if (first.kind === 'N') {
        throw new Error(
          `marbles: time('${diagram}') counts '${String(first.value)}' as 1 ms: ${TIME_HINT}`,
        );
      }
      return end.frame;
    },
  };
}

type RunHelpers = Parameters<Parameters<TestScheduler['run']>[0]>[0];

function refuseResult(result: unknown): void {
  if (result === undefined) return;
  if (!isThenable(result)) {
    throw new TypeError('marbles: the body must return nothing; what it returned would be ignored');
  }
  // Its rejection would be reported as a second failure, away from this one.
  result.then(undefined, () => undefined);
  throw new TypeError(
    'marbles: the body must not be async: what comes after an await is never tested',
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
