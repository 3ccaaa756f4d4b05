import {
  asyncScheduler,
  type Observable,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
} from 'rxjs';
import { LlmError } from '../error/llm-error';
import { WaitQueue, type Place } from '../policy/state/wait-queue';
import type { Call, Source } from './call';
import { Changes } from './changes';
import { keepOne } from './keep-one';
import { LeaseSubscriber } from './operate';
import { checkNumber, MAX_DELAY } from './options';
import { subscribeAside } from './report';

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

/** A call that waits, or did. */
interface Waiting extends Subscription {
  /** Its place in the queue, as long as it waits. */
  readonly place: unknown;
  start(): void;
  refuse(error: LlmError): void;
}

/** Places for calls that run at once; the others wait their turn, the most urgent first. */
export class Slots {
  readonly #waiting = new WaitQueue<Waiting>();
  readonly #changes = new Changes();
  #active = 0;
  #granting = false;

  constructor(private readonly options: SlotsOptions) {
    keepOne(Holder, (reader, nothing) => new Holder(nothing, nothing, reader));
  }

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
   * Subscribes to a call that holds a slot from its start until it has completed, failed or been
   * left.
   *
   * @param call - The call, for its request's priority and whether it may be told to wait.
   * @param source - What runs in the slot, if it isn't the call as it is.
   */
  hold<T>(call: Call<T>, destination: Subscriber<T>, source: Source<T> = call): void {
    const { policy, limit, priority, maxWait } = this.options;
    const { request, chat } = call;
    const rank = request == null ? 0 : priority(request as never);
    checkNumber(policy, 'priority', rank, { min: -Infinity });
    const holder = new Holder(this, source, destination);
    // Who sets the priority or the limit may have ended the call.
    if (holder.closed) return;
    if (this.#active < limit() && this.#waiting.size === 0) {
      holder.start();
      return;
    }
    if (this.#waiting.size >= this.options.queue()) throw this.#full();
    const ahead = this.#waiting.ahead(rank);
    holder.place = this.#waiting.join(holder, rank);
    // Before others hear of it: who watches the state may make room for the call.
    if (chat) destination.next({ type: 'wait', by: policy, ahead } as T);
    this.#changes.tell();
    if (maxWait !== undefined && maxWait !== Infinity) this.#bound(holder, maxWait);
  }

  /** Takes a slot. */
  take(): void {
    this.#active += 1;
    this.#changes.tell();
  }

  /** Gives a slot back. */
  give(): void {
    this.#active -= 1;
    this.changed();
  }

  #bound(holder: Waiting, maxWait: number): void {
    const { scheduler = asyncScheduler } = this.options;
    if (!holder.place) return;
    const late = (): void => {
      if (holder.place) holder.refuse(this.#tooLong(maxWait));
    };
    holder.add(scheduler.schedule(late, Math.min(maxWait, MAX_DELAY)));
  }

  // A loop, not recursion: a granted call may end, and so release, before `start` returns.
  #grant(): void {
    if (this.#granting) return;
    this.#granting = true;
    // Where nobody waits the limit may not be known yet.
    while (this.#waiting.size > 0 && this.#active < this.options.limit())
      this.#waiting.take()!.start();
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

/** One call: it waits for a slot, then runs in it. */
class Holder<T> extends LeaseSubscriber<T> implements Waiting {
  place: Place<unknown> | undefined;
  #holds = false;
  #source: Source<T> | undefined;

  constructor(
    private readonly slots: Slots,
    source: Source<T>,
    out: Subscriber<T>,
  ) {
    super(out);
    this.#source = source;
  }

  override get passesText(): boolean {
    return true;
  }

  start(): void {
    const source = this.#source!;
    // An open stream keeps no request that it won't send again.
    this.#source = this.place = undefined;
    this.#holds = true;
    this.slots.take();
    // Who watches the state may have ended the call.
    if (this.closed) return;
    subscribeAside(source, this, this.out);
  }

  refuse(error: LlmError): void {
    // Who hears of it may make room, or ask again.
    this.onLeave();
    this.out.error(error);
  }

  protected override onLeave(): void {
    const { place } = this;
    this.place = undefined;
    place?.leave();
    if (place) this.slots.changed();
    if (!this.#holds) return;
    this.#holds = false;
    this.slots.give();
  }
}
