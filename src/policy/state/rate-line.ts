import type { RateMeter } from './rate-meter';
import { WaitQueue, type Place } from './wait-queue';

/** Somebody who waits for a rate limit. */
export interface RateWaiter {
  readonly tokens: number;
  /** Higher goes first. */
  readonly priority: number;
  /** The latest time at which it wants to go. */
  readonly until: number;
}

/** A waiter that can't go in time, and when it could have gone. */
export interface LateWaiter<Waiter> {
  readonly waiter: Waiter;
  readonly due: number;
}

// Sums of fractions of a millisecond.
const HAIR = 1e-6;

/** The waiting line before a {@link RateMeter}. */
export class RateLine<Waiter extends RateWaiter> {
  readonly #queue = new WaitQueue<Waiter>();
  // No later than the earliest `until` of those who wait.
  #patience = Infinity;

  constructor(readonly meter: RateMeter) {}

  get size(): number {
    return this.#queue.size;
  }

  /** How many go before a newcomer of this priority. */
  ahead(priority: number): number {
    return this.#queue.ahead(priority);
  }

  /** Whether a newcomer may go at once. */
  admits({ tokens, priority }: RateWaiter, time: number): boolean {
    return this.ahead(priority) === 0 && this.meter.due(tokens, time) <= time + HAIR;
  }

  /** When a newcomer could go. */
  forecast({ tokens, priority }: RateWaiter, time: number): number {
    let ahead = { requests: 0, tokens: 0 };
    for (const other of this.#queue) {
      if (other.priority < priority) break;
      ahead = this.#behind(ahead, other);
    }
    return this.meter.due(tokens, time, ahead);
  }

  join(waiter: Waiter): Place<Waiter> {
    this.#patience = Math.min(this.#patience, waiter.until);
    return this.#queue.join(waiter, waiter.priority);
  }

  /** Takes out the next one, if it may go now. */
  next(time: number): Waiter | undefined {
    const { first } = this.#queue;
    if (!first || this.meter.due(first.tokens, time) > time + HAIR) return undefined;
    return this.#queue.take();
  }

  /** When the first of those who wait loses patience, or earlier. */
  get patience(): number {
    return this.#patience;
  }

  /** Those who can't go in time, as far as can be known. They are to leave. */
  late(time: number): readonly LateWaiter<Waiter>[] {
    if (this.#patience === Infinity) return [];
    const late: LateWaiter<Waiter>[] = [];
    this.#patience = Infinity;
    let ahead = { requests: 0, tokens: 0 };
    for (const waiter of this.#queue) {
      const due = this.meter.due(waiter.tokens, time, ahead);
      if (due > waiter.until + HAIR) {
        late.push({ waiter, due });
        continue;
      }
      this.#patience = Math.min(this.#patience, waiter.until);
      ahead = this.#behind(ahead, waiter);
    }
    return late;
  }

  /** When to look again; `undefined` when nobody waits. */
  due(time: number): number | undefined {
    const { first } = this.#queue;
    return first && Math.min(this.meter.due(first.tokens, time), this.#patience);
  }

  #behind(ahead: { requests: number; tokens: number }, { tokens }: RateWaiter): typeof ahead {
    return { requests: ahead.requests + 1, tokens: ahead.tokens + this.meter.cost(tokens) };
  }
}
