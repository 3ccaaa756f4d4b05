import { Tally, type CallWindow, type Ending } from './call-window';

/** Where a {@link Circuit} stands. */
export type CircuitPhase = 'closed' | 'open' | 'half-open' | 'forced-open';

/** By which rules a {@link Circuit} opens and closes. */
export interface CircuitRules {
  /** Holds the endings that count while it is closed. */
  readonly window: CallWindow;
  /** As many must have ended before the rates count. */
  readonly minimumCalls: number;
  /** The rates that open it, as they are now. */
  readonly rates: () => { readonly failed: number; readonly slow: number };
  /** How long it stays open, in milliseconds. */
  readonly openFor: number;
  /** How many calls find out whether it may close. */
  readonly probes: number;
}

/** Leave for one call. */
export interface Permit {
  readonly generation: number;
  readonly since: number;
}

/** Counts how calls end, and lets none through for a while when too many end badly. */
export class Circuit {
  #phase: CircuitPhase = 'closed';
  // Each change of phase begins one. A call tells only of the one in which it began.
  #generation = 0;
  #since = 0;
  // Half-open: how the probes have ended. Open: what has opened it.
  #evidence = new Tally();
  // The probes that run, oldest first.
  readonly #places = new Set<Permit>();

  constructor(private readonly rules: CircuitRules) {}

  get phase(): CircuitPhase {
    return this.#phase;
  }

  /** Leave for a call, if there is any. */
  enter(time: number): Permit | undefined {
    if (this.#phase === 'open' && this.#left(time) <= 0) this.#begin('half-open', time);
    const permit = { generation: this.#generation, since: time };
    if (this.#phase === 'closed') return permit;
    if (this.#phase !== 'half-open') return undefined;
    this.#lendAnew(time);
    if (this.#evidence.calls + this.#places.size >= this.rules.probes) return undefined;
    this.#places.add(permit);
    return permit;
  }

  /**
   * Takes back the leave for a call that has ended; without an ending it tells nothing.
   * Returns whether it counted.
   */
  settle(permit: Permit, time: number, ending?: Ending): boolean {
    this.#places.delete(permit);
    if (!ending || permit.generation !== this.#generation) return false;
    const { window, minimumCalls, probes } = this.rules;
    if (this.#phase === 'closed') {
      window.add(ending, time);
      const tally = window.tally(time);
      if (tally.calls >= minimumCalls && this.#isBad(tally)) this.#begin('open', time, tally);
    } else {
      this.#evidence.add(ending);
      const { calls } = this.#evidence;
      if (calls >= probes && this.#isBad(this.#evidence)) this.#begin('open', time, this.#evidence);
      else if (calls >= probes) this.#begin('closed', time);
    }
    return true;
  }

  /** Stays open until {@link reset}. */
  forceOpen(time: number): void {
    this.#begin('forced-open', time, this.tally(time));
  }

  /** Closes and forgets all that was. */
  reset(time: number): void {
    this.#begin('closed', time);
  }

  /** The endings that count now; while open, those that have opened it. */
  tally(time: number): Tally {
    return this.#phase === 'closed' ? this.rules.window.tally(time) : this.#evidence;
  }

  /** What is left of the open time, in milliseconds. */
  left(time: number): number | undefined {
    return this.#phase === 'open' ? Math.max(0, this.#left(time)) : undefined;
  }

  #left(time: number): number {
    return this.rules.openFor - (time - this.#since);
  }

  #begin(phase: CircuitPhase, time: number, evidence = new Tally()): void {
    this.#phase = phase;
    this.#generation += 1;
    this.#since = time;
    this.#evidence = evidence;
    this.#places.clear();
    this.rules.window.clear();
  }

  #isBad({ calls, failed, slow }: Tally): boolean {
    const rates = this.rules.rates();
    // A quotient, as a product may come out higher than the count that has just that rate.
    const reaches = (count: number, rate: number): boolean => count > 0 && count / calls >= rate;
    return reaches(failed, rates.failed) || reaches(slow, rates.slow);
  }

  // A probe that hangs must not keep the circuit from ever closing: its place is only lent.
  #lendAnew(time: number): void {
    for (const permit of this.#places) {
      if (time - permit.since < this.rules.openFor) return;
      this.#places.delete(permit);
    }
  }
}
