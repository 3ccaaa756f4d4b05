import type { Subscriber } from 'rxjs';
import { classify } from '../error/classify';
import { isFinish } from '../event/chat-event';
import type { Source } from './call';
import { Commitment } from './commit';
import { keepOne } from './keep-one';
import { OperatorSubscriber } from './operate';
import { SteadyClock } from './steady-clock';

/** What a call tells of who answered it. */
export interface Verdict {
  readonly failed: boolean;
  /** From subscribe to the first output, or to the end where there was none; in milliseconds. */
  readonly latency: number;
}

/** Who judges a call. */
export interface Judge {
  readonly clock: SteadyClock;
  /**
   * Whether an error speaks against who answered; one that does not says nothing at all.
   *
   * @defaultValue whether {@link classify} calls it the fault of the provider
   */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
  /** Called when the first output comes, with the time that it took in milliseconds. */
  readonly hear?: (latency: number) => void;
  /** Called once, before the consumer hears of the end; without a verdict when there is none. */
  readonly settle: (verdict?: Verdict) => void;
}

/**
 * Forwards a call and judges it when it ends. A `finish` is the end: who leaves after it
 * has got the whole answer, who leaves before it leaves no verdict.
 */
export function judgeCall<T>(source: Source<T>, destination: Subscriber<T>, judge: Judge): void {
  if (destination.closed) judge.settle();
  else source.subscribe(new JudgedCall(destination, judge));
}

/** Keeps one for those who will judge calls. */
export function keepJudged(): void {
  keepOne(JudgedCall, (reader, nothing) => {
    const clock = new SteadyClock({ now, schedule: nothing });
    return new JudgedCall(reader, { clock, settle: nothing });
  });
}

const now = (): number => 0;

class JudgedCall<T> extends OperatorSubscriber<T> {
  readonly #startedAt: number;
  #latency: number | undefined;
  #running = true;
  /** Until the first output. */
  #committed: Commitment | undefined = new Commitment();

  constructor(
    out: Subscriber<T>,
    private readonly judge: Judge,
  ) {
    super(out);
    this.#startedAt = judge.clock.time;
  }

  override get passesText(): boolean {
    return true;
  }

  protected override onNext(value: T): void {
    if (this.#committed) {
      this.#committed.add(value);
      if (this.#committed.made) {
        this.#committed = undefined;
        this.#latency = this.#elapsed();
        this.judge.hear?.(this.#latency);
      }
    }
    if (isFinish(value)) this.#settle(false);
    this.out.next(value);
  }

  protected override onError(error: unknown): void {
    const { judge } = this;
    const failed = judge.isFailure ? judge.isFailure(error) : isProviderFault(error);
    this.#settle(failed || undefined);
    this.out.error(error);
  }

  protected override onComplete(): void {
    this.#settle(false);
    this.out.complete();
  }

  protected override onLeave(): void {
    this.#settle();
  }

  #elapsed(): number {
    return this.judge.clock.time - this.#startedAt;
  }

  #settle(failed?: boolean): void {
    if (!this.#running) return;
    this.#running = false;
    const latency = this.#latency ?? this.#elapsed();
    this.judge.settle(failed === undefined ? undefined : { failed, latency });
  }
}

function isProviderFault(error: unknown): boolean {
  return classify({ cause: error }).providerFault;
}
