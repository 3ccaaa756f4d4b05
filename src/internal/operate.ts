import { Subscriber } from 'rxjs';

/** What an operator does with its source's notifications; what is left out is forwarded. */
export interface Overrides<In> {
  readonly next?: (value: In) => void;
  readonly error?: (reason: unknown) => void;
  readonly complete?: () => void;
}

/**
 * A subscriber for a hand-written operator. It is linked to its destination before
 * the source runs, so that `take(3)` stops a synchronous source, and a throw in a
 * callback becomes the destination's error.
 */
export function operate<In, Out>(
  destination: Subscriber<Out>,
  overrides: Overrides<In>,
): Subscriber<In> {
  return new OperatorSubscriber(destination, overrides);
}

// The class is public in RxJS 7, its constructor is marked internal; RxJS 8 replaces it
// with an `operate` of its own, so this file is the one place that extends it.
class OperatorSubscriber<In, Out> extends Subscriber<In> {
  constructor(
    private readonly out: Subscriber<Out>,
    private readonly overrides: Overrides<In>,
  ) {
    super(out);
  }

  // In place of `_next`, as values pass through here more often than through anything else.
  override next(value: In): void {
    if (this.isStopped) {
      super.next(value);
      return;
    }
    try {
      if (this.overrides.next) this.overrides.next(value);
      else this.out.next(value as never);
    } catch (thrown) {
      this.out.error(thrown);
    }
  }

  protected override _error(reason: unknown): void {
    try {
      if (this.overrides.error) this.overrides.error(reason);
      else this.out.error(reason);
    } catch (thrown) {
      this.out.error(thrown);
    } finally {
      this.unsubscribe();
    }
  }

  protected override _complete(): void {
    try {
      if (this.overrides.complete) this.overrides.complete();
      else this.out.complete();
    } catch (thrown) {
      this.out.error(thrown);
    } finally {
      this.unsubscribe();
    }
  }
}
