/** What an attempt carries that was let through a {@link CooldownGate}. */
export interface Pass {
  readonly generation: number;
  /** Whether it is known what became of it. */
  settled: boolean;
}

/** How long the pauses of a {@link CooldownGate} are. */
export interface Pauses {
  /** The first one, in milliseconds, where the server says nothing; each further one is doubled. */
  readonly base: number;
  /** The longest one, in milliseconds. */
  readonly cap: number;
  readonly random: () => number;
}

/**
 * A gate that a server closes by refusing an attempt, and that opens again step by step: first
 * for one attempt, then for twice as many each round.
 *
 * Each attempt carries the generation of the gate in which it was let through. What becomes of
 * one of an earlier generation changes nothing: its refusal is part of a pause that has already
 * been made.
 */
export class CooldownGate {
  #generation = 0;
  #until = -Infinity;
  /** How many pauses there were since an attempt was accepted. */
  #streak = 0;
  /** How many attempts may be out of which the server has not accepted yet; all, when open. */
  #allowed = Infinity;
  #out = 0;

  constructor(private readonly pauses: Pauses) {}

  /** When the pause ends, or has ended. */
  get until(): number {
    return this.#until;
  }

  state(time: number): 'open' | 'paused' | 'releasing' {
    if (time < this.#until) return 'paused';
    return this.#allowed === Infinity ? 'open' : 'releasing';
  }

  /** Whether an attempt may go. */
  admits(time: number): boolean {
    return time >= this.#until && this.#out < this.#allowed;
  }

  /** Lets an attempt go. */
  pass(): Pass {
    this.#out += 1;
    return { generation: this.#generation, settled: false };
  }

  /**
   * The server has accepted an attempt: two more may go in its place.
   *
   * @returns Whether that was news.
   */
  accept(pass: Pass): boolean {
    if (!this.#settle(pass)) return false;
    this.#streak = 0;
    this.#allowed += 1;
    return true;
  }

  /** An attempt was cancelled or failed, which says nothing: another may go in its place. */
  release(pass: Pass): void {
    this.#settle(pass);
  }

  /**
   * The server has refused an attempt, and asks to wait so long if it says so.
   *
   * @returns Whether a pause begins.
   */
  refuse(pass: Pass, hint: number | undefined, time: number): boolean {
    if (pass.generation !== this.#generation) return false;
    const pause = this.#pause(hint);
    pass.settled = true;
    this.#generation += 1;
    this.#streak += 1;
    this.#until = time + pause;
    this.#allowed = 1;
    this.#out = 0;
    return true;
  }

  /** Lets all go again, as nobody waits any more. */
  open(): void {
    this.#allowed = Infinity;
  }

  #settle(pass: Pass): boolean {
    if (pass.settled) return false;
    pass.settled = true;
    if (pass.generation !== this.#generation) return false;
    this.#out -= 1;
    return true;
  }

  #pause(hint = 0): number {
    const { base, cap, random } = this.pauses;
    // The server's word is taken to the millisecond.
    const pause = hint > 0 ? hint : base * 2 ** Math.min(this.#streak, 31) * (1 + random() / 4);
    return Math.min(cap, pause);
  }
}
