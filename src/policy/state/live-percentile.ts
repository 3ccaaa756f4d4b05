// Enough for the highest percentile that it takes, and few enough to sort in place.
const SIZE = 200;

/** The highest share that so few samples say something of. */
export const MAX_PERCENTILE = 0.99;

/**
 * A percentile of the last two hundred samples, on the safe side by the standard error of so
 * few: that it is exceeded less often than that costs little, more often costs a whole budget.
 */
export class LivePercentile {
  readonly #latest: number[] = [];
  readonly #sorted: number[] = [];
  readonly #enough: number;
  #oldest = 0;

  /**
   * @param percentile - The share of the samples that its value is not exceeded by.
   * @param initial - Its value until there are so many samples that one may exceed it.
   */
  constructor(
    private readonly percentile: number,
    private readonly initial: number,
  ) {
    this.#enough = Math.ceil(1 / (1 - percentile) - TINY);
  }

  get value(): number {
    const { percentile } = this;
    const { length } = this.#sorted;
    if (length < this.#enough) return this.initial;
    const error = Math.sqrt(length * percentile * (1 - percentile));
    const rank = Math.ceil(percentile * (length + 1) + error - TINY);
    return this.#sorted[Math.min(Math.max(1, rank), length) - 1]!;
  }

  add(sample: number): void {
    if (this.#latest.length < SIZE) this.#latest.push(sample);
    else {
      this.#sorted.splice(this.#rank(this.#latest[this.#oldest]!), 1);
      this.#latest[this.#oldest] = sample;
      this.#oldest = (this.#oldest + 1) % SIZE;
    }
    this.#sorted.splice(this.#rank(sample), 0, sample);
  }

  /** How many samples are smaller. */
  #rank(sample: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]! < sample) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

// What floating point adds to a whole number: 1 / (1 - 0.95) is 20.000000000000018.
const TINY = 1e-9;
