/** What was seen of one call. */
export interface LimitSample {
  /** The limit's round when the call began. */
  readonly round: number;
  /** How many calls ran when it was seen, this one included. */
  readonly inFlight: number;
}

/** A limit that learns from what it lets through. */
export interface LearningLimit {
  /** The limit now; not a whole number. */
  readonly limit: number;
  /** Counts the changes: a call that began before one tells nothing about the limit after it. */
  readonly round: number;
  /** The first token of a call has come, after so many milliseconds. */
  answered(sample: LimitSample, time: number): void;
  /** The server would not take a call, or was too slow for it. */
  overloaded(sample: LimitSample): void;
}

/** The bounds of a learning limit, and where it begins. */
export interface LimitBounds {
  readonly min: number;
  readonly max: number;
  readonly initial: number;
}

const BACKOFF = 0.9;

/**
 * Additive increase, multiplicative decrease: one more each round of calls, a tenth less for an
 * overload, as TCP does (RFC 5681) and with the backoff of Netflix's concurrency-limits. The
 * overloads of calls that began before a decrease are not counted again.
 */
export class AimdLimit implements LearningLimit {
  #limit: number;
  #round = 0;

  constructor(private readonly bounds: LimitBounds) {
    this.#limit = bounds.initial;
  }

  get limit(): number {
    return this.#limit;
  }

  get round(): number {
    return this.#round;
  }

  answered({ inFlight }: LimitSample): void {
    // A limit that is not used is not tested either.
    if (inFlight * 2 < this.#limit) return;
    this.#limit = Math.min(this.bounds.max, this.#limit + 1 / this.#limit);
  }

  overloaded({ round }: LimitSample): void {
    if (round < this.#round) return;
    this.#round += 1;
    this.#limit = Math.max(this.bounds.min, this.#limit * BACKOFF);
  }
}
