import type { LearningLimit, LimitBounds, LimitSample } from './aimd-limit';

const TOLERANCE = 1.5;
// Only downwards: a round is as long as a first token takes, so growth must not take many.
const SMOOTHING = 0.5;
const BACKOFF = 0.9;
const LONGEST_ROUND = 50;
// The usual time follows a longer one slowly, over some 600 rounds, and a shorter one soon.
const RISE = 2 / 601;
const FALL = 0.5;

/**
 * Moves with the ratio of the usual time to the first token to that of the last round of calls:
 * the Gradient2 limit of Netflix's concurrency-limits, which lets a queue build up only as far
 * as it doesn't slow the answers down.
 *
 * It is asked once a round rather than once a call, as its effects are not seen earlier, and the
 * room that it leaves for growth is 1 + log10 of the limit instead of 4, for limits that are small.
 */
export class GradientLimit implements LearningLimit {
  #limit: number;
  #usual: number | undefined;
  #round = 0;
  #sum = 0;
  #count = 0;
  #peak = 0;

  constructor(private readonly bounds: LimitBounds) {
    this.#limit = bounds.initial;
  }

  get limit(): number {
    return this.#limit;
  }

  get round(): number {
    return this.#round;
  }

  answered({ round, inFlight }: LimitSample, time: number): void {
    this.#peak = Math.max(this.#peak, inFlight);
    if (round < this.#round) return;
    this.#sum += time;
    this.#count += 1;
    if (this.#count < Math.min(this.#limit, LONGEST_ROUND)) return;
    const mean = this.#sum / this.#count;
    const used = this.#peak * 2 >= this.#limit;
    const usual = this.#learn(mean);
    this.#endRound();
    // A limit that is not used is not tested either.
    if (!used) return;
    const gradient = mean === 0 ? 1 : Math.min(1, Math.max(0.5, (TOLERANCE * usual) / mean));
    const next = this.#limit * gradient + 1 + Math.log10(this.#limit);
    const step = next - this.#limit;
    this.#move(this.#limit + (step > 0 ? step : step * SMOOTHING));
  }

  overloaded({ round }: LimitSample): void {
    if (round < this.#round) return;
    this.#endRound();
    this.#move(this.#limit * BACKOFF);
  }

  #endRound(): void {
    this.#round += 1;
    this.#sum = this.#count = this.#peak = 0;
  }

  #learn(time: number): number {
    const usual = this.#usual ?? time;
    this.#usual = usual + (time - usual) * (time > usual ? RISE : FALL);
    return this.#usual;
  }

  #move(limit: number): void {
    this.#limit = Math.min(this.bounds.max, Math.max(this.bounds.min, limit));
  }
}
