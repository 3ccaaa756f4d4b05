import { PeakEwma } from './peak-ewma';

/** When a member is left out, and for how long. */
export interface EjectionRules {
  /** As many failures in a row eject it. */
  readonly failures: number;
  /** How long for the first time, in milliseconds; each further one lasts as much longer. */
  readonly base: number;
  /** The longest, in milliseconds. */
  readonly cap: number;
}

/** One call of a member. */
export interface Lease {
  readonly era: number;
  readonly since: number;
}

// A slow member that nobody asks is taken for a third as slow after this time, in milliseconds;
// one that has failed is distrusted a third as much.
const DECAY = 60_000;

/** What the calls of one member have told of it. */
export class MemberHealth {
  /** How many calls run. */
  inFlight = 0;
  /** How many have failed since the last one that succeeded. */
  failures = 0;
  readonly #firstOutput = new PeakEwma(DECAY);
  /** How many were refused since then. */
  #refusals = 0;
  /** When the last one has failed or was refused. */
  #failedAt = 0;
  // Each ejection begins one. A call tells only of the one in which it began.
  #era = 0;
  #ejections = 0;
  #outUntil = 0;
  #proven = true;
  #provenAt = 0;
  #probe: Lease | undefined;

  constructor(private readonly rules: EjectionRules | undefined) {}

  /** Whether it has succeeded since it was last ejected, if ever it was. */
  get proven(): boolean {
    return this.#proven;
  }

  /** The time to the first output, in milliseconds. */
  get firstOutput(): number | undefined {
    return this.#firstOutput.mean;
  }

  /** The same, as it has faded since. */
  latency(time: number): number | undefined {
    return this.#firstOutput.at(time);
  }

  /**
   * What one more call would cost, in milliseconds of waiting.
   *
   * @param unknown - The time to the first output of one that has never had any.
   */
  cost(time: number, unknown: number): number {
    return Math.max(1, this.latency(time) ?? unknown) * this.load(time);
  }

  /** How many calls would run with one more, times the distrust of who has failed of late. */
  load(time: number): number {
    // Failures come fast: without this, who fails would look as if it answered fast.
    const bad = Math.min(this.failures + this.#refusals, 10);
    return Math.max(1, 2 ** bad * fade(time - this.#failedAt)) * (this.inFlight + 1);
  }

  /** What is left of the time for which it is left out. */
  ejectedFor(time: number): number {
    return Math.max(0, this.#outUntil - time);
  }

  /** Whether it may be asked. After it was left out, it is asked one call at a time. */
  isAvailable(time: number): boolean {
    if (this.#proven) return true;
    if (this.ejectedFor(time) > 0) return false;
    // A probe that hangs must not keep it out for ever.
    return !this.#probe || time - this.#probe.since >= this.rules!.base;
  }

  begin(time: number): Lease {
    const lease = { era: this.#era, since: time };
    this.inFlight += 1;
    if (!this.#proven) this.#probe = lease;
    return lease;
  }

  /** A call has had its first output. */
  hear(latency: number, time: number): void {
    this.#firstOutput.add(latency, time);
  }

  /** A call has ended, and has told nothing. */
  release(lease: Lease): void {
    this.inFlight -= 1;
    if (this.#probe === lease) this.#probe = undefined;
  }

  succeed(lease: Lease, time: number): void {
    this.release(lease);
    if (lease.era !== this.#era) return;
    this.failures = this.#refusals = 0;
    if (this.#proven) return;
    this.#proven = true;
    this.#provenAt = time;
  }

  /**
   * A call has failed.
   *
   * @param spare - Whether there is another member to ask instead.
   */
  fail(lease: Lease, time: number, spare: boolean): void {
    this.release(lease);
    if (lease.era !== this.#era) return;
    this.failures += 1;
    this.#failedAt = time;
    if (this.rules && this.failures >= this.rules.failures && spare) this.#eject(time, this.rules);
  }

  /**
   * A call was refused, for its rate say, where another member might have answered it. That leaves
   * out nobody who is in service.
   */
  refuse(lease: Lease, time: number, spare: boolean): void {
    this.release(lease);
    if (lease.era !== this.#era) return;
    this.#refusals += 1;
    this.#failedAt = time;
    if (this.rules && !this.#proven && spare) this.#eject(time, this.rules);
  }

  #eject(time: number, { base, cap }: EjectionRules): void {
    // Good service makes up for an ejection in the time that it lasted.
    const forgiven = this.#proven ? Math.floor((time - this.#provenAt) / base) : 0;
    this.#ejections = Math.max(0, this.#ejections - forgiven) + 1;
    this.#outUntil = time + Math.min(cap, base * this.#ejections);
    this.#proven = false;
    this.#era += 1;
    this.#probe = undefined;
  }
}

function fade(age: number): number {
  return Math.exp(-age / DECAY);
}
