import { concat, NEVER, Observable, of, take, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { whenAnswered } from '../../src/internal/when-answered';
import { answerEvents, start, textDelta } from '../../src/testing/index';
import { watch } from '../support/watch';

const answer = of(...answerEvents('a'));

/** What is heard of a stream, and told of it. */
function heard(source: Observable<unknown>, count = Infinity): string[] {
  const log: string[] = [];
  const told = new Observable<unknown>((consumer) => {
    source.subscribe(whenAnswered(consumer, () => log.push('answered')));
  });
  told.pipe(take(count)).subscribe({
    next: (value) => log.push((value as { type?: string }).type ?? 'value'),
    error: () => log.push('error'),
    complete: () => log.push('complete'),
  });
  return log;
}

describe('whenAnswered', () => {
  it.each([
    ['before the finish', heard(answer), ['start', 'text-delta', 'answered', 'finish', 'complete']],
    ['before the end, where there is no finish', heard(of(1)), ['value', 'answered', 'complete']],
    [
      'also when nobody hears the end',
      heard(concat(answer, NEVER)),
      ['start', 'text-delta', 'answered', 'finish'],
    ],
    [
      'not after a failure',
      heard(
        concat(
          of(start()),
          throwError(() => 1),
        ),
      ),
      ['start', 'error'],
    ],
    ['not when left before', heard(answer, 2), ['start', 'text-delta', 'complete']],
  ])('tells once: %s', (_, log, expected) => {
    expect(log).toEqual(expected);
  });

  it('what throws is the error of the call', () => {
    const thrown = new Error('mine');
    const source = new Observable<unknown>((consumer) => {
      of(textDelta('a')).subscribe(
        whenAnswered(consumer, () => {
          throw thrown;
        }),
      );
    });
    expect(watch(source).end).toEqual({ error: thrown });
  });
});
