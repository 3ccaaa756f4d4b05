import type { SchedulerLike, Subscription } from 'rxjs';
import { DueHeap, type Due } from '../policy/state/due-heap';
import { keepOne } from './keep-one';
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

interface Timer {
  readonly due: number;
  /** Of the clock, when it was set. */
  readonly steps: number;
  readonly subscription: Subscription;
}

/** Alarms of many calls on one clock, and one timer for all of them while there are any. */
export class Alarms {
  readonly clock: SteadyClock;
  readonly #heap = new DueHeap<Alarm>();
  #timer: Timer | undefined;

  constructor(readonly scheduler: SchedulerLike) {
    keepOne(Alarm, (_, nothing) => new Alarm(Infinity, nothing));
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

  // One that rings too early does no harm: most calls end before their alarms.
  #arm(): void {
    const { first } = this.#heap;
    if (first && this.#timer && this.#isGood(this.#timer, first.due)) return;
    this.#timer?.subscription.unsubscribe();
    this.#timer = undefined;
    if (!first) return;
    const { due } = first;
    const subscription = this.clock.at(due, () => {
      this.#timer = undefined;
      this.#ring();
    });
    this.#timer = { due, steps: this.clock.steps, subscription };
  }

  // A clock that has stepped back may be another one, as in a test with virtual time of its own,
  // after which the timers of the one before never ring.
  #isGood(timer: Timer, due: number): boolean {
    return timer.due <= due && timer.steps === this.clock.steps;
  }

  #ring(): void {
    try {
      const { time } = this.clock;
      for (let { first } = this.#heap; first && first.due <= time + HAIR; { first } = this.#heap) {
        this.#heap.remove(first);
        first.sleeper.wake(time);
      }
    } finally {
      this.#arm();
    }
  }
}
