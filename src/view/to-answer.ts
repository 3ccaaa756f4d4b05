import type { OperatorFunction, SchedulerLike } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import type { ChatAnswer } from '../event/fold';
import { foldAnswer } from '../internal/fold-answer';

/** Options for {@link toAnswer}. */
export interface ToAnswerOptions {
  /**
   * The clock that `timings` are read from.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Gathers the events of one call into its whole answer.
 *
 * ```text
 * source    S-h-i-F|
 * toAnswer  -------(x|)
 *           x = the answer, with the text 'hi'
 * ```
 *
 * The answer holds the text, the reasoning, the tool calls, the finish, the usage of the
 * winning attempt and of all attempts, and the timings. Text of a retracted attempt is not in
 * it. Unlike `toArray` or `reduce`, it emits only a whole answer.
 *
 * @param options - See {@link ToAnswerOptions}.
 * @returns An operator that emits one {@link ChatAnswer} and completes.
 * Errors: those of the call; `truncated` when it completes without `finish`.
 *
 * @example
 * ```ts
 * const { text } = await lastValueFrom(ask(prompt('What is AI?')).pipe(toAnswer()));
 * ```
 */
export function toAnswer({ scheduler }: ToAnswerOptions = {}): OperatorFunction<
  ChatEvent,
  ChatAnswer
> {
  return foldAnswer(scheduler);
}
