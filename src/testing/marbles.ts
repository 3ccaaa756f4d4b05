import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { ChatEvent } from '../event/chat-event';
import { deepEqual } from './deep-equal';
import { overloadedError } from './events';
import { eventValues, type MarbleValues } from './letters';
import { MarbleScheduler } from './marble-scheduler';
import { explainMoments, explainSpans, type Moment, type SubscriptionSpan } from './rows';

/** Compares two values and throws when they differ, for example `expect(a).toStrictEqual(b)`. */
export type AssertDeepEqual = (actual: unknown, expected: unknown) => void;

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
 * asynchronous body, a body without an expectation, an expectation without `toBe`, a
 * `marbles()` inside another one, and a timer that is left running after the streams have
 * ended.
 *
 * @param body - The test. It runs at once, and must not be asynchronous: promises don't
 * settle in virtual time.
 * @param options - See {@link MarblesOptions}.
 * @throws An error that shows both streams when they differ.
 *
 * @example
 * ```ts
 * marbles(({ expectEvents }) => {
 *   const ask = compose(fakeHandler('#', 'S-a-(F|)'), retryBackoff({ base: 10, random: () => 1 }));
 *   expectEvents(ask(prompt('?'))).toBe('r 9ms S-a-(F|)', { r: retryEvent });
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
  } finally {
    current = undefined;
  }
  if (scheduler.leftover !== undefined) {
    throw new Error(
      `marbles: a timer was still running at ${String(scheduler.leftover)} ms, after all expected ` +
        'streams had ended: cancel it when its stream ends. If the test subscribes on its own ' +
        'to a stream that goes on, expect that stream too',
    );
  }
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
      return end.frame;
    },
  };
}

type RunHelpers = Parameters<Parameters<TestScheduler['run']>[0]>[0];

/** Counts the expectations, so that none is forgotten, and judges them. */
class Expectations {
  readonly #assert: AssertDeepEqual | undefined;
  #made = 0;
  #matched = 0;

  constructor(assertDeepEqual: AssertDeepEqual | undefined) {
    this.#assert = assertDeepEqual;
  }

  add<Arguments extends readonly unknown[]>(
    toBe: (...expected: Arguments) => void,
  ): { toBe: (...expected: Arguments) => void } {
    this.#made += 1;
    return {
      toBe: (...expected) => {
        this.#matched += 1;
        toBe(...expected);
      },
    };
  }

  refuseMissing(): void {
    if (this.#made === 0) {
      throw new Error('marbles: the body expects nothing: call expectEvents(stream).toBe(diagram)');
    }
    if (this.#matched < this.#made) {
      throw new Error(
        `marbles: ${String(this.#made - this.#matched)} of ${String(this.#made)} expectations ` +
          'say nothing: call .toBe(diagram) on each',
      );
    }
  }

  check(actual: readonly unknown[], expected: readonly unknown[]): void {
    const spans = isSpans(actual) && isSpans(expected);
    const [a, b] = spans ? [actual.map(plainSpan), expected.map(plainSpan)] : [actual, expected];
    if (this.#assert !== undefined) {
      this.#assert(a, b);
    } else if (!deepEqual(a, b)) {
      const difference = spans
        ? explainSpans(actual, expected)
        : explainMoments(actual as readonly Moment[], expected as readonly Moment[]);
      throw new Error(`marbles: ${difference}`);
    }
  }
}

function isSpans(items: readonly unknown[]): items is readonly SubscriptionSpan[] {
  return items.every(
    (item) => typeof item === 'object' && item !== null && 'subscribedFrame' in item,
  );
}

const plainSpan = ({ subscribedFrame, unsubscribedFrame }: SubscriptionSpan): SubscriptionSpan => ({
  subscribedFrame,
  unsubscribedFrame,
});

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
