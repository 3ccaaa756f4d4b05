import type { Observable, SchedulerLike, Subscription } from 'rxjs';
import { CooldownGate, type Pass, type Pauses } from '../policy/state/cooldown-gate';
import { WaitQueue, type Place } from '../policy/state/wait-queue';
import { Changes } from './changes';
import { runAside } from './report';
import { SteadyClock } from './steady-clock';

/** An attempt that waits, or did. */
export interface WaitingAttempt {
  /** Until when its own server asked it to wait. */
  readonly notBefore: number;
  /** Its place in the queue, as long as it waits. */
  place: Place<unknown> | undefined;
  start(): void;
  /** A new pause has begun. */
  review(): void;
}

/** What all attempts before one server share: the gate, the queue, and one timer for all of it. */
export class CooldownLine {
  readonly clock: SteadyClock;
  readonly #gate: CooldownGate;
  readonly #queue = new WaitQueue<WaitingAttempt>();
  readonly #changes = new Changes();
  #timer: { readonly due: number; readonly alarm: Subscription } | undefined;
  #serving = false;

  constructor(scheduler: SchedulerLike, pauses: Pauses) {
    this.clock = new SteadyClock(scheduler);
    this.#gate = new CooldownGate(pauses);
  }

  /** How many attempts wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** What `snapshot` makes of the gate, now and whenever something changes. */
  watch<State>(snapshot: (gate: CooldownGate, time: number) => State): Observable<State> {
    return this.#changes.watch(() => snapshot(this.#gate, this.clock.time));
  }

  /** Says that the state has changed. */
  tell(): void {
    this.#changes.tell();
  }

  /** Whether a newcomer may go at once, who is not to go before this time. */
  admits(notBefore: number): boolean {
    const { time } = this.clock;
    return notBefore <= time && this.#gate.admits(time) && !this.#nextReady(time);
  }

  join(waiter: WaitingAttempt): void {
    waiter.place = this.#queue.join(waiter);
  }

  /** Who has waited leaves. */
  leave(place: Place<unknown>): void {
    place.leave();
    this.serve();
    this.tell();
  }

  /** Lets an attempt go. */
  pass(): Pass {
    return this.#gate.pass();
  }

  /** The server has accepted an attempt. */
  accept(pass: Pass): void {
    if (!this.#gate.accept(pass)) return;
    if (this.#queue.size === 0) this.#gate.open();
    this.serve();
    this.tell();
  }

  /** Another one may go in the place of an attempt that has ended or was left. */
  release(pass: Pass): void {
    this.#gate.release(pass);
    this.serve();
    this.tell();
  }

  /** The server has refused an attempt, and asks to wait so long if it says so. */
  refuse(pass: Pass, hint: number, time: number): void {
    const pauses = this.#gate.refuse(pass, hint, time);
    this.serve();
    this.tell();
    if (!pauses) return;
    for (const waiter of [...this.#queue]) {
      runAside(() => {
        waiter.review();
      });
    }
  }

  /** What is left of the pause, or of the time until `notBefore` where that is longer. */
  delay(notBefore: number, time: number): number {
    return Math.max(this.#gate.until, notBefore) - time;
  }

  /** Lets those go who may; to be called whenever something has changed. */
  serve(): void {
    // A loop, not recursion: who goes may be refused or accepted before `start` returns.
    if (this.#serving) return;
    this.#serving = true;
    while (this.#queue.size > 0) {
      const { time } = this.clock;
      const waiter = this.#gate.admits(time) ? this.#nextReady(time) : undefined;
      if (!waiter) break;
      waiter.place?.leave();
      waiter.start();
    }
    this.#serving = false;
    this.#arm();
  }

  #arm(): void {
    const due = this.#nextDue();
    if (due === (this.#timer?.due ?? Infinity)) return;
    this.#timer?.alarm.unsubscribe();
    this.#timer = undefined;
    if (due === Infinity) return;
    const alarm = this.clock.at(due, () => {
      this.#timer = undefined;
      this.serve();
      this.tell();
    });
    this.#timer = { due, alarm };
  }

  /** When somebody may go without anything else happening. */
  #nextDue(): number {
    if (this.#queue.size === 0) return Infinity;
    const { time } = this.clock;
    if (time < this.#gate.until) return this.#gate.until;
    if (!this.#gate.admits(time)) return Infinity;
    return [...this.#queue].reduce((due, { notBefore }) => Math.min(due, notBefore), Infinity);
  }

  /** The first of those who wait that its own server doesn't ask to wait longer. */
  #nextReady(time: number): WaitingAttempt | undefined {
    if (this.#queue.size === 0) return undefined;
    for (const waiter of this.#queue) if (waiter.notBefore <= time) return waiter;
    return undefined;
  }
}
