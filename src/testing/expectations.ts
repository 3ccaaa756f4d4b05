import { deepEqual } from './deep-equal';
import { explainMoments, explainSpans, type Moment, type SubscriptionSpan } from './rows';

/** Compares two values and throws when they differ, for example `expect(a).toStrictEqual(b)`. */
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
