import type { RateLine, RateWaiter } from './rate-line';

/** Somebody who waits for a rate limit, and is told how that ends. */
export interface LaneWaiter extends RateWaiter {
  /** It goes now. */
  start(time: number): void;
  /** It can't go in time: not before this. */
  late(due: number): void;
}

/** What tells the time, and when a time has come. */
export interface LaneClock {
  readonly time: number;
  at(due: number, work: () => void): { unsubscribe(): void };
}

/** Serves a {@link RateLine}, with one timer for all who wait in it. */
export class RateLane<Waiter extends LaneWaiter> {
  #timer: { readonly due: number; readonly subscription: { unsubscribe(): void } } | undefined;
  #serving = false;

  constructor(
    readonly line: RateLine<Waiter>,
    private readonly clock: LaneClock,
  ) {}

  /** Lets all go who may; to be called whenever something has changed. */
  serve(): void {
    // A loop, not recursion: who goes may end, and so change something, before `start` returns.
    if (this.#serving) return;
    this.#serving = true;
    while (this.line.size > 0) {
      const { time } = this.clock;
      const next = this.line.next(time);
      if (!next) break;
      next.start(time);
    }
    this.#serving = false;
    this.#arm();
  }

  /** Turns away those who can't go in time any more, then serves the others. */
  review(): void {
    for (const { waiter, due } of this.line.late(this.clock.time)) waiter.late(due);
    this.serve();
  }

  #arm(): void {
    const due = this.line.size === 0 ? undefined : this.line.due(this.clock.time);
    // One that rings too early does no harm.
    if (due !== undefined && this.#timer && this.#timer.due <= due) return;
    this.#timer?.subscription.unsubscribe();
    this.#timer = undefined;
    if (due === undefined) return;
    const subscription = this.clock.at(due, () => {
      this.#timer = undefined;
      if (this.line.patience <= this.clock.time) this.review();
      else this.serve();
    });
    this.#timer = { due, subscription };
  }
}
