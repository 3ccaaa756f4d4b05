import { concat, Observable, of, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { foldAnswer } from '../../src/internal/fold-answer';
import { answerEvents, finish, retract, start, textDelta } from '../../src/testing/index';
import { watch } from '../support/watch';

const truncated = new LlmError('the stream completed without a finish event; ask again', {
  kind: 'truncated',
});

describe('foldAnswer', () => {
  it('emits one answer, at completion', () => {
    const { values, end } = watch(of(...answerEvents('Hello world')).pipe(foldAnswer()));
    expect(values.map(({ text }) => text)).toEqual(['Hello world']);
    expect(end).toBe('complete');
    const unfinished = concat(of(...answerEvents('Hello')), new Observable<ChatEvent>());
    expect(watch(unfinished.pipe(foldAnswer())).values).toEqual([]);
  });

  it.each<[string, readonly ChatEvent[]]>([
    ['nothing', []],
    ['no finish', [start(), textDelta('a')]],
    ['a finish that was taken back', [start(), textDelta('a'), finish(), retract()]],
  ])('a stream with %s is truncated', (_, events) => {
    expect(watch(of(...events).pipe(foldAnswer()))).toMatchObject({
      values: [],
      end: { error: truncated },
    });
  });

  it('forwards the same error, also after a finish', () => {
    const error = { mine: true };
    const source = concat(
      of(...answerEvents('Hello')),
      throwError(() => error),
    );
    const { values, end } = watch(source.pipe(foldAnswer()));
    expect(values).toEqual([]);
    expect((end as { error: unknown }).error).toBe(error);
  });

  it('reads times from the scheduler, from each subscription on, never backwards', () => {
    const clock = new VirtualTimeScheduler();
    const source = new Observable<ChatEvent>((subscriber) => {
      subscriber.next(start());
      clock.frame += 5;
      subscriber.next(textDelta('a'));
      clock.frame += 7;
      subscriber.next(finish());
      subscriber.complete();
    });
    const answer = source.pipe(foldAnswer(clock));
    clock.frame = 1000;
    expect(watch(answer).values[0]!.timings).toEqual({ firstToken: 5, total: 12 });
    expect(watch(answer).values[0]!.timings).toEqual({ firstToken: 5, total: 12 });
    const backwards = new Observable<ChatEvent>((subscriber) => {
      clock.frame = 0;
      for (const event of answerEvents('a')) subscriber.next(event);
      subscriber.complete();
    });
    expect(watch(backwards.pipe(foldAnswer(clock))).values[0]!.timings.total).toBe(0);
  });
});
