/**
 * The time that has passed since the first look at a clock. It never runs backwards: when
 * the clock is set back, it goes on from where it was.
 */
export class SteadyClock {
  #time = 0;
  #last: number | undefined;

  /** The time that has passed, by what the clock shows now. */
  read(now: number): number {
    this.#time += Math.max(0, now - (this.#last ?? now));
    this.#last = now;
    return this.#time;
  }
}
