import {
  asyncScheduler,
  type MonoTypeOperatorFunction,
  Observable,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import {
  isText,
  type ChatEvent,
  type ReasoningDeltaEvent,
  type TextDeltaEvent,
} from '../event/chat-event';
import { type Boundary, boundaryFinder } from '../internal/boundary';
import { operate } from '../internal/operate';
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

type Delta = TextDeltaEvent | ReasoningDeltaEvent;

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
  const sureLength = boundary && boundaryFinder(boundary);

  return (source) =>
    new Observable((destination) => {
      let type: Delta['type'] = 'text-delta';
      let held = '';
      let passedAt = -Infinity;
      let timer: Subscription | undefined;

      const pass = (length: number): void => {
        timer?.unsubscribe();
        timer = undefined;
        if (held === '') return;
        passedAt = scheduler.now();
        const text = held.slice(0, length);
        held = held.slice(length);
        if (text !== '') destination.next({ type, text });
      };

      const passSure = (): void => {
        pass(sureLength && held.length < maxLength ? sureLength(held) : held.length);
      };

      const hold = (delta: Delta): void => {
        if (delta.text === '') return;
        if (delta.type !== type) pass(held.length);
        type = delta.type;
        held += delta.text;
        if (held.length >= maxLength) {
          passSure();
        } else if (!timer) {
          const wait = Math.min(passedAt + span - scheduler.now(), span);
          if (wait > 0) destination.add((timer = scheduler.schedule(passSure, wait)));
          else passSure();
        }
      };

      source.subscribe(
        operate<ChatEvent, ChatEvent>(destination, {
          next: (event) => {
            if (isText(event)) {
              hold(event);
            } else {
              pass(held.length);
              destination.next(event);
            }
          },
          error: (error) => {
            pass(held.length);
            destination.error(error);
          },
          complete: () => {
            pass(held.length);
            destination.complete();
          },
        }),
      );
    });
}
