/** What was added at about the same moment. */
export interface RateEntry {
  readonly from: number;
  last: number;
  amount: number;
  /** Whether it still counts. */
  counts: boolean;
}

// What is added within this part of the window is one entry, so that a limit of ten thousand
// costs no more than one of a hundred.
const GRAIN = 1 / 256;
// An entry counts for longer than the window: calls may reach the server closer together than
// they were sent.
const STRETCH = 1.03;

/**
 * How much was used within the last window, of which there may never be more than a limit.
 *
 * A sliding log: each amount counts from when it is added until a window later. Unlike a token
 * bucket it never allows nearly twice the limit in one window, and unlike a fixed window it
 * doesn't matter where the window begins. Times come from a {@link SteadyClock}.
 */
export class RateLog {
  readonly #stay: number;
  readonly #grain: number;
  readonly #entries: RateEntry[] = [];
  #used = 0;
  #foreign = 0;
  #foreignUntil = -Infinity;

  /** @param per - The length of the window, in milliseconds. */
  constructor(per: number) {
    this.#stay = Math.ceil(per * STRETCH);
    this.#grain = per * GRAIN;
  }

  /** How much counts at this time. */
  used(time: number): number {
    this.#forget(time);
    return this.#used + (time < this.#foreignUntil ? this.#foreign : 0);
  }

  /**
   * The time at which so much fits under the limit; `time` itself when it fits now. What is
   * more than the limit fits when those parts of it that went before make room again.
   */
  due(amount: number, limit: number, time: number): number {
    this.#forget(time);
    if (time >= this.#foreignUntil) return this.#due(amount, limit, time);
    const due = this.#due(amount, limit - this.#foreign, time);
    if (due < this.#foreignUntil) return due;
    return Math.max(this.#foreignUntil, this.#due(amount, limit, time));
  }

  /** Counts an amount; what is returned holds it, among others. */
  add(amount: number, time: number): RateEntry {
    this.#forget(time);
    let entry = this.#entries.at(-1);
    if (!entry || time - entry.from >= this.#grain) {
      entry = { from: time, last: time, amount: 0, counts: true };
      this.#entries.push(entry);
    }
    entry.last = time;
    this.mend(entry, amount);
    return entry;
  }

  /** Counts more, or less, of what was added, as long as that counts. */
  mend(entry: RateEntry, more: number): void {
    if (!entry.counts) return;
    entry.amount += more;
    this.#used += more;
  }

  /** Takes the server's word that so much is used in all: others use it too, until then. */
  hear(used: number, until: number, time: number): void {
    this.#forget(time);
    this.#foreign = Math.max(0, used - this.#used);
    this.#foreignUntil = this.#foreign > 0 ? until : -Infinity;
  }

  #due(amount: number, limit: number, time: number): number {
    const excess = this.#used + amount - limit;
    if (excess <= 0) return time;
    if (limit <= 0) return Infinity;
    // After each stay as much has left as counted, or could have been added, a stay before.
    const round = Math.max(limit, this.#used);
    const rounds = Math.ceil(excess / round);
    let left = excess - (rounds - 1) * round;
    for (const entry of this.#entries) {
      left -= entry.amount;
      if (left <= 0) return entry.last + rounds * this.#stay;
    }
    return time + rounds * this.#stay;
  }

  #forget(time: number): void {
    for (let first = this.#entries[0]; first; first = this.#entries[0]) {
      if (first.last + this.#stay > time) return;
      first.counts = false;
      this.#used -= first.amount;
      this.#entries.shift();
    }
    // Sums of fractions keep a rest.
    this.#used = 0;
  }
}
