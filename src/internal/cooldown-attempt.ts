import type { SchedulerLike, Subscriber } from 'rxjs';
import { classify } from '../error/classify';
import { LlmError } from '../error/llm-error';
import type { Pass } from '../policy/state/cooldown-gate';
import type { Place } from '../policy/state/wait-queue';
import type { Call } from './call';
import { Commitment, isNotice } from './commit';
import type { CooldownLine, WaitingAttempt } from './cooldown-line';
import { forwardAsFinal, isFinal, startAttempt } from './final-error';
import { OperatorSubscriber } from './operate';
import { MAX_DELAY } from './options';
import { subscribeAside } from './report';

/** The rules of one `cooldown`. */
export interface CooldownRules {
  readonly line: CooldownLine;
  readonly scheduler: SchedulerLike;
  readonly cap: number;
  readonly attempts: number;
}

/** What an attempt is made after: one that the server has refused. */
interface Refusal {
  readonly attempt: number;
  readonly notBefore: number;
  readonly error: unknown;
}

/** One attempt of a call: it waits until it may go, then runs; when it is refused, the next does. */
export class CooldownAttempt<T> extends OperatorSubscriber<T> implements WaitingAttempt {
  place: Place<unknown> | undefined;
  #pass: Pass | undefined;
  readonly #committed = new Commitment();

  constructor(
    private readonly rules: CooldownRules,
    private readonly call: Call<T>,
    out: Subscriber<T>,
    private readonly refusal?: Refusal,
  ) {
    super(out);
  }

  get notBefore(): number {
    return this.refusal?.notBefore ?? -Infinity;
  }

  /** Goes at once, or waits for its turn. */
  enter(): void {
    const { line } = this.rules;
    if (line.admits(this.notBefore)) {
      this.start();
      return;
    }
    const ahead = line.waiting;
    line.join(this);
    this.review();
    if (this.call.chat && !this.refusal) {
      this.out.next({ type: 'wait', by: 'cooldown', ahead } as T);
    }
    line.tell();
    line.serve();
  }

  start(): void {
    this.place = undefined;
    this.#pass = this.rules.line.pass();
    startAttempt(() => {
      subscribeAside(this.call, this, this.out);
    });
  }

  review(): void {
    const { line } = this.rules;
    const delay = line.delay(this.notBefore, line.clock.time);
    if (!this.#isTooLate(delay)) return;
    this.onLeave();
    if (this.refusal) forwardAsFinal(this.out, this.refusal.error);
    else this.out.error(pausedFor(delay));
  }

  override get passesText(): boolean {
    return true;
  }

  protected override onNext(value: T): void {
    const pass = this.#pass!;
    if (!pass.settled && !isNotice(value)) this.rules.line.accept(pass);
    this.#committed.add(value);
    this.out.next(value);
  }

  protected override onError(error: unknown): void {
    const failure = classify({ cause: error });
    // One attempt ends before the next one begins, so the source is left before the pass is used.
    const pass = this.#pass!;
    this.#pass = undefined;
    try {
      this.unsubscribe();
    } catch (thrown) {
      this.#fail(pass, thrown);
      return;
    }
    // What isn't to be retried is no word of a server that asks to slow down.
    if (failure.kind === 'rate-limited' && failure.retryable) this.#refused(pass, error, failure);
    else this.#fail(pass, error);
  }

  protected override onComplete(): void {
    this.rules.line.accept(this.#pass!);
    this.onLeave();
    this.out.complete();
  }

  protected override onLeave(): void {
    const { place } = this;
    const pass = this.#pass;
    this.place = this.#pass = undefined;
    if (pass) this.rules.line.release(pass);
    else if (place) this.rules.line.leave(place);
  }

  #fail(pass: Pass, error: unknown): void {
    this.rules.line.release(pass);
    this.out.error(error);
  }

  #refused(pass: Pass, error: unknown, { retryAfter = 0 }: LlmError): void {
    const { out, call } = this;
    const { line, cap, attempts } = this.rules;
    const { time } = line.clock;
    const notBefore = time + (retryAfter > 0 ? retryAfter : 0);
    line.refuse(pass, retryAfter, time);
    const made = this.refusal?.attempt ?? 1;
    const delay = line.delay(notBefore, time);
    if (this.#committed.made || retryAfter > cap) {
      out.error(error);
    } else if (isFinal(error) || made >= attempts || this.#isTooLate(delay)) {
      forwardAsFinal(out, error);
    } else {
      const attempt = made + 1;
      if (call.chat) out.next({ type: 'retry', attempt, delay, error } as T);
      if (out.closed) return;
      new CooldownAttempt(this.rules, call, out, { attempt, notBefore, error }).enter();
    }
  }

  #isTooLate(delay: number): boolean {
    if (delay <= 0) return false;
    return this.rules.scheduler.now() + delay > (this.call.context.deadline ?? Infinity);
  }
}

function pausedFor(pause: number): LlmError {
  const retryAfter = Math.min(MAX_DELAY, Math.ceil(pause));
  return new LlmError(
    `cooldown: the server wants no requests for ${String(retryAfter)} ms more; ask again then, ` +
      'or give the call a later deadline',
    { kind: 'rate-limited', retryable: false, retryAfter },
  );
}
