/**
 * A mean of the latest samples that believes bad news at once and good news slowly, and that
 * fades when there is no news: who was slow once is tried again.
 *
 * It is that of Twitter's Finagle ("Peak EWMA").
 */
export class PeakEwma {
  #mean: number | undefined;
  #at = 0;

  /** @param decay - After how many milliseconds a sample counts a third, in round figures. */
  constructor(private readonly decay: number) {}

  /** The mean as it was at the last sample. */
  get mean(): number | undefined {
    return this.#mean;
  }

  /** The mean as it has faded since. */
  at(time: number): number | undefined {
    return this.#mean === undefined ? undefined : this.#mean * this.#weight(time);
  }

  add(sample: number, time: number): void {
    const faded = this.at(time) ?? 0;
    this.#mean = sample >= faded ? sample : faded + sample * (1 - this.#weight(time));
    this.#at = time;
  }

  #weight(time: number): number {
    return Math.exp((this.#at - time) / this.decay);
  }
}
