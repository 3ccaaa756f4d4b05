/** How a call ended, as far as it tells of who answered it. */
export interface Ending {
  readonly failed: boolean;
  readonly slow: boolean;
}

/** How many calls have ended, and how many of them badly. */
export class Tally {
  calls = 0;
  failed = 0;
  slow = 0;

  add({ failed, slow }: Ending): void {
    this.calls += 1;
    if (failed) this.failed += 1;
    if (slow) this.slow += 1;
  }

  remove({ failed, slow }: Ending): void {
    this.calls -= 1;
    if (failed) this.failed -= 1;
    if (slow) this.slow -= 1;
  }

  merge({ calls, failed, slow }: Tally): void {
    this.calls += calls;
    this.failed += failed;
    this.slow += slow;
  }
}

/** The latest endings; what it costs does not depend on how many there are. */
export interface CallWindow {
  /** The most calls that it can hold. */
  readonly capacity: number;
  add(ending: Ending, time: number): void;
  tally(time: number): Tally;
  clear(): void;
}

/** The endings of the last calls. */
export class CountWindow implements CallWindow {
  #endings: Ending[] = [];
  #oldest = 0;
  #tally = new Tally();

  constructor(readonly capacity: number) {}

  add(ending: Ending): void {
    this.#tally.add(ending);
    if (this.#endings.length < this.capacity) {
      this.#endings.push(ending);
      return;
    }
    this.#tally.remove(this.#endings[this.#oldest]!);
    this.#endings[this.#oldest] = ending;
    this.#oldest = (this.#oldest + 1) % this.capacity;
  }

  tally(): Tally {
    return this.#tally;
  }

  clear(): void {
    this.#endings = [];
    this.#oldest = 0;
    this.#tally = new Tally();
  }
}

const SLOTS = 10;

/** The endings of the last milliseconds, which pass out of it a tenth of the span at a time. */
export class TimeWindow implements CallWindow {
  readonly capacity = Infinity;
  readonly #width: number;
  #slots: { readonly number: number; readonly tally: Tally }[] = [];

  /** @param span - How many milliseconds. */
  constructor(span: number) {
    this.#width = span / SLOTS;
  }

  add(ending: Ending, time: number): void {
    const number = this.#number(time);
    let slot = this.#slots[number % SLOTS];
    if (slot?.number !== number) {
      slot = { number, tally: new Tally() };
      this.#slots[number % SLOTS] = slot;
    }
    slot.tally.add(ending);
  }

  tally(time: number): Tally {
    const oldest = this.#number(time) - SLOTS + 1;
    const sum = new Tally();
    // Slots that were never used are holes, which `forEach` leaves out.
    this.#slots.forEach(({ number, tally }) => {
      if (number >= oldest) sum.merge(tally);
    });
    return sum;
  }

  clear(): void {
    this.#slots = [];
  }

  #number(time: number): number {
    return Math.floor(time / this.#width);
  }
}
