import { RateLane, type LaneClock, type LaneWaiter } from './rate-lane';
import { RateLine } from './rate-line';
import { RateMeter, type RateLimits } from './rate-meter';

/** The lanes of a rate limit, one for each key that is in use. */
export class RateLanes {
  // The first one is the one that was not used for longest.
  readonly #lanes = new Map<string, RateLane<LaneWaiter>>();
  // The last one, so that it need not be made the last one again.
  #latest: { readonly key: string; readonly lane: RateLane<LaneWaiter> } | undefined;

  /**
   * @param per - The length of the window, in milliseconds.
   * @param limits - The limits of each key, read each time.
   * @param clock - The time and the timers.
   */
  constructor(
    private readonly per: number,
    private readonly limits: RateLimits,
    private readonly clock: LaneClock,
  ) {}

  get size(): number {
    return this.#lanes.size;
  }

  /** The lane of a key. */
  of(key: string): RateLane<LaneWaiter> {
    // Most limits have one key for all.
    if (this.#latest?.key === key) return this.#latest.lane;
    const known = this.#lanes.get(key);
    if (!known) this.#forgetIdle();
    const lane =
      known ?? new RateLane(new RateLine(new RateMeter(this.per, this.limits)), this.clock);
    this.#lanes.delete(key);
    this.#lanes.set(key, lane);
    this.#latest = { key, lane };
    return lane;
  }

  /** Looks at all who wait, as the limits have changed. */
  review(): void {
    for (const lane of [...this.#lanes.values()]) lane.review();
  }

  /** What counts now, and how many wait, over all keys. */
  sum(): { requests: number; tokens: number; waiting: number } {
    const sum = { requests: 0, tokens: 0, waiting: 0 };
    for (const { line } of this.#lanes.values()) {
      const { requests, tokens } = line.meter.used(this.clock.time);
      sum.requests += requests;
      sum.tokens += tokens;
      sum.waiting += line.size;
    }
    return sum;
  }

  // Two for each key that comes, so that those left over don't pile up.
  #forgetIdle(): void {
    const oldest = this.#lanes.entries();
    for (let looks = 0; looks < 2; looks += 1) {
      const { value } = oldest.next();
      if (!value) return;
      const [key, lane] = value;
      this.#lanes.delete(key);
      const idle = lane.line.size === 0 && lane.line.meter.isIdle(this.clock.time);
      if (!idle) this.#lanes.set(key, lane);
    }
  }
}
