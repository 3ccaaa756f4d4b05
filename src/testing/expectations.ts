import { deepEqual } from './deep-equal';
import { explainMoments, explainSpans, type Moment, type SubscriptionSpan } from './rows';

/**
 * Compares two values and throws when they differ, for example `expect(a).toStrictEqual(b)`;
 * one that returns `false` in place of throwing, as `isDeepStrictEqual` of Node, does as well.
 */
export type AssertDeepEqual = (actual: unknown, expected: unknown) => void;

/** Counts the expectations, so that none is forgotten, and judges them. */
export class Expectations {
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
    let said = false;
    return {
      toBe: (...expected) => {
        if (said) {
          throw new Error(
            'marbles: an expectation says it once: a second .toBe(diagram) would hide the first, ' +
              'call expectEvents(stream) again',
          );
        }
        said = true;
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
    const compare: (actual: unknown, expected: unknown) => unknown = this.#assert ?? deepEqual;
    if (compare(a, b) === false) {
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
