import type { SchedulerLike, Subscription } from 'rxjs';
import { MAX_DELAY } from './options';

// A timer rings early by the clock where it was set late in a turn: Node counts from the turn's
// beginning. If each put the time forward by that, it would run fast for all who wait.
const EARLY = 50;
// A hair less than a whole millisecond is a sum of fractions.
const HAIR = 1e-6;

/** One moment on two clocks, in milliseconds. */
interface Moment {
  /** On a {@link SteadyClock}. */
  readonly time: number;
  /** On its scheduler's clock. */
  readonly now: number;
}

/**
 * The time of a scheduler, made so that it never runs backwards: where the scheduler's clock
 * steps back, this one stands still. It begins at 0.
 */
export class SteadyClock {
  #last: number | undefined;
  #time = 0;
  #steps = 0;

  constructor(private readonly scheduler: SchedulerLike) {}

  /** The time now. */
  get time(): number {
    return this.read().time;
  }

  /** What both clocks say now, by one look at the scheduler's. */
  read(): Moment {
    const now = this.scheduler.now();
    const passed = now - (this.#last ?? now);
    if (passed > 0) this.#time += passed;
    else if (passed < 0) this.#steps += 1;
    this.#last = now;
    return { time: this.#time, now };
  }

  /** How often the scheduler's clock was seen to step back. */
  get steps(): number {
    return this.#steps;
  }

  /** Works at a time; earlier by a hair, or where that is longer off than a timer can take. */
  at(due: number, work: () => void): Subscription {
    const { time } = this;
    const delay = Math.min(MAX_DELAY, Math.max(0, Math.ceil(due - time - HAIR)));
    const { steps } = this;
    const rings = time + delay;
    // Who is told a hair too early would ask for no time at all, again and again.
    const end = due - rings <= HAIR ? Math.max(rings, due) : rings;
    return this.scheduler.schedule(() => {
      const missing = end - this.time;
      const isHair = missing <= 2 * HAIR;
      // So much time has passed, even if the clock was put back meanwhile.
      if (missing > 0 && (isHair || missing > EARLY || steps !== this.#steps)) this.#time = end;
      work();
    }, delay);
  }
}
