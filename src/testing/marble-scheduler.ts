import { finalize, type Observable, type SchedulerAction, type Subscription } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { SubscriptionSpan } from './rows';

const MOST_ACTIONS = 100_000;

/**
 * A `TestScheduler` that knows which timers are the diagrams' own, so that it can tell one
 * that a pipeline has left behind, and that stops at a timer which repeats for ever.
 */
export class MarbleScheduler extends TestScheduler {
  /** When the first timer was found running after everything had ended, in milliseconds. */
  #leftover: number | undefined;
  #outputs = 0;
  #open = 0;
  #endedAt = 0;
  #actions = 0;
  #own = false;

  override createHotObservable<T = string>(
    ...diagram: Parameters<typeof TestScheduler.prototype.createHotObservable<T>>
  ): ReturnType<typeof TestScheduler.prototype.createHotObservable<T>> {
    const hot = super.createHotObservable<T>(...diagram);
    const setup = hot.setup.bind(hot);
    hot.setup = () => {
      this.#runOwn(setup);
    };
    return hot;
  }

  override expectObservable<T>(
    output: Observable<T>,
    subscription: string | null = null,
  ): ReturnType<typeof TestScheduler.prototype.expectObservable<T>> {
    const watched = this.#watch(output);
    return this.#runOwn(() => super.expectObservable(watched, subscription));
  }

  /** Schedules work of the diagrams themselves, which is no timer of the pipeline. */
  #runOwn<T>(work: () => T): T {
    const before = this.#own;
    this.#own = true;
    try {
      return work();
    } finally {
      this.#own = before;
    }
  }

  /** Follows an output, to know when all of them have ended. */
  #watch<T>(output: Observable<T>): Observable<T> {
    this.#outputs += 1;
    this.#open += 1;
    return output.pipe(
      finalize(() => {
        this.#open -= 1;
        this.#endedAt = this.frame;
      }),
    );
  }

  override schedule<T>(
    work: (this: SchedulerAction<T>, state?: T) => void,
    delay?: number,
    state?: T,
  ): Subscription {
    this.#actions += 1;
    if (this.#actions > MOST_ACTIONS) {
      this.refuseLeftover();
      throw new Error(
        `marbles: more than ${String(MOST_ACTIONS)} timers: does one repeat for ever? ` +
          `Unsubscribe with a diagram: expectObservable(stream, '^---!')`,
      );
    }
    // An own one is scheduled before anything runs: it can't be left behind.
    if (this.#own) return super.schedule(work, delay, state);
    const check = (): void => {
      this.#checkTime();
    };
    return super.schedule(
      function (this: SchedulerAction<T>, current?: T) {
        check();
        work.call(this, current);
      },
      delay,
      state,
    );
  }

  /** Throws when a timer was found running after everything had ended. */
  refuseLeftover(): void {
    if (this.#leftover === undefined) return;
    throw new Error(
      `marbles: a timer was still running at ${String(this.#leftover)} ms, after all expected ` +
        'streams had ended: cancel it when its stream ends. If the test subscribes on its own ' +
        'to a stream that goes on, expect that stream too',
    );
  }

  #checkTime(): void {
    if (this.#outputs === 0 || this.#open > 0 || this.frame <= this.#endedAt) return;
    const spans: readonly SubscriptionSpan[] = this.coldObservables.flatMap(
      ({ subscriptions }) => subscriptions,
    );
    const running = spans.some(({ unsubscribedFrame }) => unsubscribedFrame === Infinity);
    if (!running) this.#leftover ??= this.frame;
  }
}
