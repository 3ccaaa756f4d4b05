import { asyncScheduler, defer, Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import type { ChatAnswer } from '../event/fold';
import type { Handler } from '../handler';
import { foldAnswer } from '../internal/fold-answer';
import { operate } from '../internal/operate';
import { checkFunction, checkNumber, checkOneOf } from '../internal/options';
import { runAside } from '../internal/report';
import { WaitQueue } from '../policy/state/wait-queue';
import type { ChatRequest } from '../request/chat-request';

/** Options for {@link askEach}. */
export interface AskEachOptions {
  /**
   * The most requests that are asked at once.
   *
   * @defaultValue `8`
   */
  readonly concurrency?: number | undefined;
  /**
   * The order of the outcomes: as they come about, or as the requests came.
   *
   * @defaultValue `'completion'`
   */
  readonly order?: 'completion' | 'input' | undefined;
  /**
   * With `order: 'input'`, how far the newest request asked may be ahead of the oldest
   * outcome that is not emitted yet: it bounds what is held back for one slow answer.
   *
   * @defaultValue four times `concurrency`
   */
  readonly window?: number | undefined;
  /**
   * The clock that the answers' `timings` are read from.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/** What came of one request. */
export type Outcome<Request = ChatRequest> =
  | {
      /** Counts the requests from 0, in the order of their coming. */
      readonly index: number;
      readonly request: Request;
      readonly ok: true;
      readonly answer: ChatAnswer;
    }
  | {
      /** Counts the requests from 0, in the order of their coming. */
      readonly index: number;
      readonly request: Request;
      readonly ok: false;
      readonly error: unknown;
    };

/**
 * Asks each request of a stream, a few at once, and emits one outcome for each.
 *
 * ```text
 * requests ab------|
 * call 1   S--x-F|
 * call 2    S-#
 * askEach  ---2--1-|
 *             2 = b failed  1 = a was answered
 * ```
 *
 * A request that fails is an outcome like any other: unlike with `mergeMap`, it ends neither
 * the stream nor its siblings. The queue is without bound, as the source can't be held back,
 * but each request in it costs the same however many there are. Unsubscribing aborts what
 * runs.
 *
 * @param handler - What answers each request.
 * @param options - See {@link AskEachOptions}.
 * @returns An operator from requests to {@link Outcome}s. Errors: only those of the source.
 *
 * @example
 * ```ts
 * questions$.pipe(map((question) => prompt(question)), askEach(ask, { concurrency: 4 }));
 * ```
 */
export function askEach<Request = ChatRequest>(
  handler: Handler<Request, ChatEvent>,
  options: AskEachOptions = {},
): OperatorFunction<Request, Outcome<Request>> {
  const { concurrency = 8, order = 'completion', scheduler = asyncScheduler } = options;
  const { window = concurrency * 4 } = options;
  checkFunction('askEach', 'handler', handler);
  checkNumber('askEach', 'concurrency', concurrency, { min: 1, integer: true });
  checkNumber('askEach', 'window', window, { min: 1, integer: true });
  checkOneOf('askEach', 'order', order, ['completion', 'input']);
  const ahead = order === 'input' ? window : Infinity;

  return (source) =>
    new Observable((destination) => {
      const waiting = new WaitQueue<Request>();
      // Outcomes that wait for an older one; empty in order of completion.
      const held = new Map<number, Outcome<Request>>();
      let asked = 0;
      let emitted = 0;
      let active = 0;
      let asking = false;
      let ended = false;

      const settle = (outcome: Outcome<Request>): void => {
        active -= 1;
        if (order === 'completion') {
          emitted += 1;
          destination.next(outcome);
        } else {
          held.set(outcome.index, outcome);
          let next: Outcome<Request> | undefined;
          while ((next = held.get(emitted))) {
            held.delete(emitted);
            emitted += 1;
            destination.next(next);
          }
        }
        askMore();
      };

      const ask = (request: Request, index: number): void => {
        active += 1;
        let answer: ChatAnswer | undefined;
        const end = (outcome: Outcome<Request>): void => {
          // What a teardown throws is no business of the other requests.
          runAside(() => {
            call.unsubscribe();
          });
          settle(outcome);
        };
        const call = operate<ChatAnswer, Outcome<Request>>(destination, {
          next: (value) => {
            answer = value;
          },
          error: (error) => {
            end({ index, request, ok: false, error });
          },
          complete: () => {
            end({ index, request, ok: true, answer: answer! });
          },
        });
        defer(() => handler(request))
          .pipe(foldAnswer(scheduler))
          .subscribe(call);
      };

      // A loop, not recursion: a call may end, and so ask for more, before `ask` returns.
      const askMore = (): void => {
        if (asking) return;
        asking = true;
        while (!destination.closed && active < concurrency && asked < emitted + ahead) {
          if (waiting.size === 0) break;
          ask(waiting.take()!, asked++);
        }
        asking = false;
        // Who hears of an outcome may end the source, with others still held.
        const over = ended && active === 0 && waiting.size === 0 && held.size === 0;
        if (over) destination.complete();
      };

      source.subscribe(
        operate<Request, Outcome<Request>>(destination, {
          next: (request) => {
            waiting.join(request);
            askMore();
          },
          complete: () => {
            ended = true;
            askMore();
          },
        }),
      );
    });
}
