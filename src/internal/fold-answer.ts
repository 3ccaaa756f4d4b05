import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import { AnswerFold, type ChatAnswer } from '../event/fold';
import { operate } from './operate';

/** Folds the events of one call into its answer; one that ends without `finish` fails. */
export function foldAnswer(
  scheduler: SchedulerLike = asyncScheduler,
): OperatorFunction<ChatEvent, ChatAnswer> {
  return (source) =>
    new Observable((destination) => {
      const fold = new AnswerFold();
      const startedAt = scheduler.now();
      let answer: ChatAnswer | undefined;
      source.subscribe(
        operate<ChatEvent, ChatAnswer>(destination, {
          next: (event) => {
            answer = fold.add(event, Math.max(0, scheduler.now() - startedAt));
          },
          complete: () => {
            if (!answer) throw unfinished();
            destination.next(answer);
            destination.complete();
          },
        }),
      );
    });
}

function unfinished(): LlmError {
  return new LlmError('the stream completed without a finish event; ask again', {
    kind: 'truncated',
  });
}
