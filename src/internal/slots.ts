import { asyncScheduler, Observable, type SchedulerLike } from 'rxjs';
import { LlmError } from '../error/llm-error';
import { WaitQueue, type Place } from '../policy/state/wait-queue';
import type { Call } from './call';
import { Changes } from './changes';
import { operate } from './operate';
import { checkNumber, MAX_DELAY } from './options';

/** How many run and wait. */
export interface SlotsState {
  /** How many calls run. */
  readonly active: number;
  /** How many calls wait. */
  readonly waiting: number;
}

/** The rules of some slots. Limits are asked for each time, as they may move. */
export interface SlotsOptions {
  /** The policy's name, for events and errors. */
  readonly policy: string;
  /** The most calls that run at once. */
  readonly limit: () => number;
  /** The most calls that wait. */
  readonly queue: () => number;
  /** What the user may do about a full queue. */
  readonly advice: string;
  readonly priority: (request: never) => number;
  /** The longest wait, in milliseconds. */
  readonly maxWait?: number | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

/** Places for calls that run at once; the others wait their turn, the most urgent first. */
export class Slots {
  readonly #waiting = new WaitQueue<() => void>();
  readonly #changes = new Changes();
  #active = 0;
  #granting = false;

  constructor(private readonly options: SlotsOptions) {}

  /** How many calls run. */
  get active(): number {
    return this.#active;
  }

  /** What `snapshot` makes of the state, now and whenever it changes. */
  watch<State>(snapshot: (state: SlotsState) => State): Observable<State> {
    return this.#changes.watch(() =>
      snapshot({ active: this.#active, waiting: this.#waiting.size }),
    );
  }

  /** Lets those in who now have a place, and says that the state has changed. */
  readonly changed = (): void => {
    this.#grant();
    this.#changes.tell();
  };

  /**
   * A call that holds a slot from its start until it has completed, failed or been left.
   *
   * @param call - The call, for its request's priority and whether it may be told to wait.
   * @param source - What runs in the slot.
   */
  hold<T>({ request, chat }: Call<T>, source: Observable<T>): Observable<T> {
    const { policy, limit, priority, maxWait, scheduler = asyncScheduler } = this.options;
    return new Observable((destination) => {
      const rank = request == null ? 0 : priority(request as never);
      checkNumber(policy, 'priority', rank, { min: -Infinity });
      let held = false;
      let place: Place<() => void> | undefined;
      const settle = (): void => {
        if (!held) return;
        held = false;
        this.#active -= 1;
        this.changed();
      };

      // Settled at the end itself as well, so that who hears of the end finds a free slot.
      const observer = {
        error: (error: unknown): void => {
          settle();
          destination.error(error);
        },
        complete: (): void => {
          settle();
          destination.complete();
        },
      };
      const start = (): void => {
        held = true;
        place = undefined;
        this.#active += 1;
        this.#changes.tell();
        // Who watches the state may have ended the call.
        if (destination.closed) return;
        try {
          source.subscribe(operate(destination, observer));
        } catch (thrown) {
          // A teardown that throws is no business of the call that made way for this one.
          destination.error(thrown);
        }
      };
      const leave = (): void => {
        if (!place) return;
        place.leave();
        place = undefined;
        this.#changes.tell();
      };

      destination.add(() => {
        settle();
        leave();
      });
      // Who sets the priority or the limit may have ended the call.
      if (destination.closed) return;
      if (this.#active < limit() && this.#waiting.size === 0) {
        start();
        return;
      }
      const ahead = this.#join(rank, start, (joined) => {
        place = joined;
      });
      // Before others hear of it: who watches the state may make room for the call.
      if (chat) destination.next({ type: 'wait', by: policy, ahead } as T);
      this.#changes.tell();
      if (maxWait === undefined || maxWait === Infinity || !place) return;
      const timer = scheduler.schedule(
        () => {
          if (place) destination.error(this.#tooLong(maxWait));
        },
        Math.min(maxWait, MAX_DELAY),
      );
      destination.add(timer);
    });
  }

  #join(rank: number, start: () => void, joined: (place: Place<() => void>) => void): number {
    const { queue } = this.options;
    if (this.#waiting.size >= queue()) throw this.#full();
    const ahead = this.#waiting.ahead(rank);
    joined(this.#waiting.join(start, rank));
    return ahead;
  }

  // A loop, not recursion: a granted call may end, and so release, before `start` returns.
  #grant(): void {
    if (this.#granting) return;
    this.#granting = true;
    // Where nobody waits the limit may not be known yet.
    while (this.#waiting.size > 0 && this.#active < this.options.limit()) this.#waiting.take()!();
    this.#granting = false;
  }

  #full(): LlmError {
    const { policy, advice } = this.options;
    return new LlmError(
      `${policy}: ${String(this.#active)} calls run and ${String(this.#waiting.size)} wait; ` +
        `ask again later, or ${advice}`,
      { kind: 'queue-full' },
    );
  }

  #tooLong(maxWait: number): LlmError {
    const { policy, advice } = this.options;
    return new LlmError(
      `${policy}: no place within ${String(maxWait)} ms (maxWait); ask again later, or ${advice}`,
      { kind: 'queue-full', code: 'max-wait' },
    );
  }
}
