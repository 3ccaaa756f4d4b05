import type { Subscriber } from 'rxjs';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import { allTokens, type Usage } from '../event/usage';
import type { LaneWaiter, RateLane } from '../policy/state/rate-lane';
import type { RateWaiter } from '../policy/state/rate-line';
import type { RateEntry } from '../policy/state/rate-log';
import type { TokenCalibration } from '../policy/state/token-calibration';
import type { Place } from '../policy/state/wait-queue';
import type { Source } from './call';
import type { Changes } from './changes';
import { LeaseSubscriber } from './operate';
import { MAX_DELAY } from './options';
import { runAside, subscribeAside } from './report';
import type { SteadyClock } from './steady-clock';

/** What all calls of one `limitRate` share. */
export interface Rates {
  readonly clock: SteadyClock;
  readonly calibration: TokenCalibration;
  readonly changes: Changes;
  /** The most calls of one lane that wait. */
  readonly queue: number;
  /** Whether the server's limits replace the given ones. */
  readonly learn: boolean;
}

/** What a call asks for. */
export interface RateDemand extends RateWaiter {
  /** The estimate of its input, where it was not the user's. */
  readonly input: number;
}

/** One call: it waits until its lane lets it go, then runs, and settles what it has used. */
export class RatedCall<T> extends LeaseSubscriber<T> implements LaneWaiter {
  readonly tokens: number;
  readonly priority: number;
  readonly until: number;
  /** Its place in the line, as long as it waits. */
  place: Place<LaneWaiter> | undefined;
  readonly #input: number;
  #source: Source<T> | undefined;
  #taken: RateEntry | undefined;
  #usage: Usage | undefined;

  constructor(
    private readonly rates: Rates,
    private readonly lane: RateLane<LaneWaiter>,
    demand: RateDemand,
    source: Source<T>,
    out: Subscriber<T>,
  ) {
    super(out);
    this.tokens = demand.tokens;
    this.priority = demand.priority;
    this.until = demand.until;
    this.#input = demand.input;
    this.#source = source;
  }

  /**
   * Goes at once, or waits for its turn. Throws where it may do neither.
   *
   * @param time - The time now.
   * @param chat - Whether it may be told to wait.
   */
  enter(time: number, chat: boolean): void {
    const { lane, until } = this;
    const { changes, queue } = this.rates;
    const { line } = lane;
    if (line.admits(this, time)) {
      this.start(time);
      return;
    }
    const due = until === Infinity ? until : line.forecast(this, time);
    if (due > until) throw rateLimited(due - time);
    if (line.size >= queue) throw queueFull(queue);
    const ahead = line.ahead(this.priority);
    this.place = line.join(this);
    if (chat) this.out.next({ type: 'wait', by: 'limitRate', ahead } as T);
    changes.tell();
    // Who has been overtaken may be too late now.
    if (line.size > ahead + 1) lane.review();
    else lane.serve();
  }

  start(time: number): void {
    const source = this.#source!;
    // An open stream keeps no request that it won't send again.
    this.#source = this.place = undefined;
    this.#taken = this.lane.line.meter.take(this.tokens, time);
    subscribeAside(source, this, this.out);
    this.rates.changes.tell();
  }

  override get passesText(): boolean {
    return true;
  }

  late(due: number): void {
    // Who heard that another one is late may have made room for this one.
    if (!this.place) return;
    this.onLeave();
    runAside(() => {
      this.out.error(rateLimited(due - this.rates.clock.time));
    });
  }

  protected override onNext(value: T): void {
    const event = value as Partial<ChatEvent> | null | undefined;
    switch (event?.type) {
      case 'start':
      case 'usage':
      case 'finish':
        this.#hear(event);
    }
    this.out.next(value);
  }

  protected override onLeave(): void {
    const { lane, place } = this;
    const taken = this.#taken;
    if (!place && !taken) return;
    this.place = this.#taken = undefined;
    place?.leave();
    const real = this.#usage && allTokens(this.#usage);
    if (taken && real !== undefined && Number.isFinite(real)) {
      lane.line.meter.settle(taken, this.tokens, real);
    }
    this.rates.changes.tell();
    lane.serve();
  }

  #hear(event: Partial<ChatEvent>): void {
    const { calibration, clock, learn } = this.rates;
    if (event.type === 'usage' || event.type === 'finish') this.#usage = event.usage ?? this.#usage;
    if (event.type === 'finish') calibration.add(this.#input, this.#usage ?? {});
    if (!learn || event.type !== 'start' || !event.rateLimit) return;
    this.lane.line.meter.learn(event.rateLimit, clock.time);
    this.lane.review();
  }
}

function rateLimited(wait: number): LlmError {
  const retryAfter = Math.min(MAX_DELAY, Math.ceil(wait));
  return new LlmError(
    `limitRate: the limit is used up for ${String(retryAfter)} ms more; ask again then, ` +
      'raise requests or tokens, or let calls wait for longer by mode and maxWait',
    { kind: 'rate-limited', retryable: false, retryAfter },
  );
}

function queueFull(queue: number): LlmError {
  const advice = 'ask again later, or raise the limits or queue';
  return new LlmError(`limitRate: ${String(queue)} calls wait; ${advice}`, { kind: 'queue-full' });
}
