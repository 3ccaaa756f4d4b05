import {
  asyncScheduler,
  type MonoTypeOperatorFunction,
  Observable,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
} from 'rxjs';
import { isText, type ChatEvent, type TextEvent } from '../event/chat-event';
import { type Boundary, boundaryFinder } from '../internal/boundary';
import { afterBurst, type Latecomer } from '../internal/burst';
import { keepOne } from '../internal/keep-one';
import { OperatorSubscriber } from '../internal/operate';
import { checkNumber, checkOneOf, MAX_DELAY } from '../internal/options';

/** Options for {@link coalesce}. */
export interface CoalesceOptions {
  /**
   * The least time between two deltas that are passed on, in milliseconds.
   *
   * @defaultValue `50`
   */
  readonly span?: number | undefined;
  /**
   * Passes on early what has grown to this length, in UTF-16 units, also where no
   * `boundary` was found.
   *
   * @defaultValue `4096`
   */
  readonly maxLength?: number | undefined;
  /**
   * Ends each delta only at the end of a word, a sentence or a grapheme (what a reader sees
   * as one character), as `Intl.Segmenter` tells them.
   *
   * @defaultValue none: a delta ends where the model's did
   */
  readonly boundary?: Boundary | undefined;
  /**
   * The clock and timers to use.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Joins deltas that come close together, so that a screen renders a few times a second
 * instead of once a token.
 *
 * ```text
 * source    S-a-bc---d-----e-----F|
 * coalesce  S-a----x----d----e---F|
 *           x = 'bc', span = 5
 * ```
 *
 * The first delta is passed on at once, then at most one each span. What is held is passed
 * on before any other event, so that a tool call never overtakes text, and before the end.
 * Unlike `bufferTime`, it has no timer while nothing is held, emits nothing empty, and loses
 * nothing on an error.
 *
 * @param options - See {@link CoalesceOptions}.
 * @returns An operator from events to fewer events with the same text. Errors: those of
 * the call.
 *
 * @example
 * ```ts
 * ask(request).pipe(coalesce({ span: 50, boundary: 'word' }), textSoFar()).subscribe(render);
 * ```
 */
export function coalesce(options: CoalesceOptions = {}): MonoTypeOperatorFunction<ChatEvent> {
  const { span = 50, maxLength = 4096, boundary, scheduler = asyncScheduler } = options;
  checkNumber('coalesce', 'span', span, { max: MAX_DELAY });
  checkNumber('coalesce', 'maxLength', maxLength, { min: 1 });
  if (boundary !== undefined) {
    checkOneOf('coalesce', 'boundary', boundary, ['word', 'sentence', 'grapheme']);
  }
  const sureLength = boundary ? boundaryFinder(boundary) : lengthOf;
  const rules: Rules = { span, maxLength, sureLength, scheduler };

  keepOne(Coalescer, (reader, nothing) => new Coalescer(reader, nothing));
  return (source) =>
    new Observable((destination) => {
      source.subscribe(new Coalescer(destination, rules));
    });
}

interface Rules {
  readonly span: number;
  readonly maxLength: number;
  readonly scheduler: SchedulerLike;
  /** How much of a text may be passed on before more of it is known. */
  readonly sureLength: (text: string) => number;
}

// So many characters may come before the first boundary without a pause.
const OPENING = 128;

const lengthOf = (text: string): number => text.length;

class Coalescer extends OperatorSubscriber<ChatEvent> implements Latecomer {
  #type: TextEvent['type'] = 'text-delta';
  #held = '';
  #passedAt = -Infinity;
  /** Whether there is a timer, or will be when all that came at once is here. */
  #waits = false;
  #timer: Subscription | undefined;

  constructor(
    out: Subscriber<ChatEvent>,
    private readonly rules: Rules,
  ) {
    super(out);
  }

  protected override onNext(event: ChatEvent): void {
    if (isText(event)) {
      this.#hold(event);
    } else {
      this.#pass(this.#held.length);
      this.out.next(event);
    }
  }

  protected override onError(error: unknown): void {
    this.#pass(this.#held.length);
    this.out.error(error);
  }

  protected override onComplete(): void {
    this.#pass(this.#held.length);
    this.out.complete();
  }

  protected override onLeave(): void {
    this.#stopWaiting();
  }

  #hold(delta: TextEvent): void {
    if (delta.text === '') return;
    if (delta.type === this.#type) this.#held += delta.text;
    else this.#turnTo(delta);
    if (this.#held === '') return;
    if (this.#held.length >= this.rules.maxLength) this.#passSure();
    else if (!this.#waits) this.#wait();
  }

  #turnTo(delta: TextEvent): void {
    const type = this.#type;
    const text = this.#held;
    // First, as who hears of the one may push more behind the other.
    this.#type = delta.type;
    this.#held = delta.text;
    this.#stopWaiting();
    if (text !== '') this.#tell(type, text);
  }

  #wait(): void {
    // Who hears of a delta may leave.
    if (this.closed) return;
    if (this.#left() <= 0) {
      this.#passSure();
      return;
    }
    this.#waits = true;
    afterBurst(this);
  }

  burstOver(): void {
    if (this.#waits && !this.#timer) this.#arm();
  }

  #arm(): void {
    const left = this.#left();
    if (left <= 0) {
      this.#passSure();
      return;
    }
    this.#timer = this.rules.scheduler.schedule(() => {
      this.#passSure();
    }, left);
  }

  #left(): number {
    const { span, scheduler } = this.rules;
    return Math.min(this.#passedAt + span - scheduler.now(), span);
  }

  #stopWaiting(): void {
    this.#waits = false;
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  }

  #passSure(): void {
    const { length } = this.#held;
    const sure = this.rules.sureLength(this.#held);
    this.#pass(length - sure < this.rules.maxLength ? sure : length);
  }

  #pass(length: number): void {
    this.#stopWaiting();
    if (this.#held === '') return;
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#tell(this.#type, text);
  }

  #tell(type: TextEvent['type'], text: string): void {
    // Who has heard nothing yet waits for the first boundary, not for a span, as long as it is no
    // work to look for one with each delta.
    const isOpening = this.#passedAt === -Infinity && this.#held.length <= OPENING;
    if (text !== '' || !isOpening) this.#passedAt = this.rules.scheduler.now();
    if (text !== '') this.out.next({ type, text });
  }
}
