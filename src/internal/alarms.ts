import type { SchedulerLike, Subscription } from 'rxjs';
import { DueHeap, type Due } from '../policy/state/due-heap';
import { SteadyClock } from './steady-clock';

/** Who waits for a time. */
export interface Sleeper {
  wake(time: number): void;
}

/** What sums of fractions of a millisecond, which no timer keeps, may be off. */
export const HAIR = 1e-5;

/** An alarm that is set. */
export class Alarm implements Due {
  place = 0;

  constructor(
    readonly due: number,
    readonly sleeper: Sleeper,
  ) {}
}

/** Alarms of many calls on one clock, and one timer for all of them while there are any. */
export class Alarms {
  readonly clock: SteadyClock;
  readonly #heap = new DueHeap<Alarm>();
  #timer: { readonly due: number; readonly subscription: Subscription } | undefined;
  #ringing = false;

  constructor(readonly scheduler: SchedulerLike) {
    this.clock = new SteadyClock(scheduler);
  }

  /** Wakes a sleeper at a time on the clock. */
  set(due: number, sleeper: Sleeper): Alarm {
    const alarm = new Alarm(due, sleeper);
    this.#heap.add(alarm);
    this.#arm();
    return alarm;
  }

  /** Takes back an alarm that has not rung. */
  clear(alarm: Alarm): void {
    this.#heap.remove(alarm);
    this.#arm();
  }

  // A timer that rings too early does no harm: most calls end before their alarms.
  #arm(): void {
    if (this.#ringing) return;
    const { first } = this.#heap;
    if (first && this.#timer && this.#timer.due <= first.due) return;
    this.#timer?.subscription.unsubscribe();
    this.#timer = undefined;
    if (!first) return;
    const { due } = first;
    const subscription = this.clock.at(due, () => {
      this.#timer = undefined;
      this.#ring();
    });
    this.#timer = { due, subscription };
  }

  #ring(): void {
    this.#ringing = true;
    try {
      const { time } = this.clock;
      for (let { first } = this.#heap; first && first.due <= time + HAIR; { first } = this.#heap) {
        this.#heap.remove(first);
        first.sleeper.wake(time);
      }
    } finally {
      this.#ringing = false;
      this.#arm();
    }
  }
}
