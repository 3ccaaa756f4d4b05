import {
  lastValueFrom,
  NEVER,
  Observable,
  of,
  Subject,
  takeWhile,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failover } from '../../src/combinator/failover';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import type { Handler } from '../../src/handler';
import { prompt } from '../../src/request/messages';
import { answerEvents, textDelta } from '../../src/testing/index';
import { toAnswer } from '../../src/view/to-answer';

const failing =
  (error: unknown): Handler =>
  () =>
    throwError(() => error);
const answering =
  (text: string): Handler =>
  () =>
    of(...answerEvents(text));
const overloaded = new LlmError('overloaded', { kind: 'overloaded' });

describe('failover', () => {
  it('refuses a record without handlers, naming what is wrong', () => {
    expect(() => failover({})).toThrow(
      new RangeError('failover: needs at least one member, got an empty record'),
    );
    expect(() => failover({ gpt: 'gpt' as never })).toThrow(
      new TypeError("failover: member 'gpt' must be a handler, got string"),
    );
    expect(() => failover({ gpt: answering('x') }, { afterOutput: 'never' as never })).toThrow(
      new TypeError("failover: afterOutput must be one of 'retract', 'error', got never"),
    );
  });

  it.each([
    ['unauthorized', true],
    ['quota-exhausted', true],
    ['rate-limited', true],
    ['network', true],
    ['truncated', true],
    ['malformed', true],
    ['circuit-open', true],
    ['queue-full', true],
    ['exhausted', true],
    ['invalid-request', false],
    ['content-filtered', false],
    ['context-too-long', false],
    ['budget-exceeded', false],
    ['validation', false],
  ] as const)('after %s asks the next member: %s', async (kind, goesOn) => {
    const error = new LlmError('x', { kind });
    const ask = failover({ first: failing(error), second: answering('fine') });
    const answer = lastValueFrom(ask(prompt('?')).pipe(toAnswer()));
    if (goesOn) await expect(answer).resolves.toMatchObject({ text: 'fine', attempts: 2 });
    else await expect(answer).rejects.toBe(error);
  });

  it('lets `when` decide, and tells it who failed', async () => {
    const filtered = new LlmError('x', { kind: 'content-filtered' });
    const asked: unknown[] = [];
    const ask = failover(
      { first: failing(filtered), second: answering('fine') },
      { when: (error, name) => asked.push([error, name]) > 0 },
    );
    await expect(lastValueFrom(ask(prompt('?')).pipe(toAnswer()))).resolves.toMatchObject({
      text: 'fine',
    });
    expect(asked).toEqual([[filtered, 'first']]);
  });

  it('hands a throwing `when` to the caller', async () => {
    const bug = new Error('bug');
    const ask = failover(
      { first: failing(overloaded), second: answering('fine') },
      {
        when: () => {
          throw bug;
        },
      },
    );
    await expect(lastValueFrom(ask(prompt('?')))).rejects.toBe(bug);
  });

  it('treats a handler that throws as one that fails', async () => {
    const bug = new Error('bug');
    const ask = failover({
      first: () => {
        throw bug;
      },
      second: answering('fine'),
    });
    await expect(lastValueFrom(ask(prompt('?')).pipe(toAnswer()))).resolves.toMatchObject({
      text: 'fine',
    });
  });

  it('has left a failed member before it asks the next one', () => {
    const log: string[] = [];
    const end = new Subject<unknown>();
    const member =
      (name: string): Handler =>
      () =>
        new Observable<ChatEvent>((destination) => {
          log.push(`ask ${name}`);
          const ending = end.subscribe((error) => {
            destination.error(error);
          });
          return () => {
            log.push(`leave ${name}`);
            ending.unsubscribe();
          };
        });
    failover({ a: member('a'), b: member('b') })(prompt('?')).subscribe({ error: () => undefined });
    end.next(overloaded);
    end.next(overloaded);
    expect(log).toEqual(['ask a', 'leave a', 'ask b', 'leave b']);
  });

  it('keeps no state between calls: each starts with the first member', async () => {
    let calls = 0;
    const flaky: Handler = (request) =>
      (calls++ === 0 ? failing(overloaded) : answering('first'))(request);
    const ask = failover({ flaky, other: answering('second') });
    const texts = [];
    for (let call = 0; call < 2; call += 1) {
      texts.push((await lastValueFrom(ask(prompt('?')).pipe(toAnswer()))).text);
    }
    expect(texts).toEqual(['second', 'first']);
  });

  it('does not put notices into streams of another type', async () => {
    const embed = failover<string, number>({
      first: () => throwError(() => overloaded),
      second: () => of(1, 2),
    });
    await expect(lastValueFrom(embed('text').pipe(toArray()))).resolves.toEqual([1, 2]);
  });

  it('does not repeat values of another type, which nobody can take back', async () => {
    const broken = new Observable<number>((destination) => {
      destination.next(1);
      destination.error(overloaded);
    });
    const embed = failover<string, number>({ first: () => broken, second: () => of(1, 2) });
    const seen: number[] = [];
    await new Promise<void>((resolve) => {
      embed('text').subscribe({
        next: (value) => seen.push(value),
        error: (error) => {
          expect(error).toBe(overloaded);
          resolve();
        },
      });
    });
    expect(seen).toEqual([1]);
  });

  it('asks nobody else when the caller leaves on hearing of a retraction', () => {
    const broken: Handler = () =>
      new Observable((destination) => {
        destination.next(textDelta('a'));
        destination.error(overloaded);
      });
    let asked = 0;
    const second: Handler = () => {
      asked += 1;
      return NEVER;
    };
    failover({ broken, second })(prompt('?'))
      .pipe(takeWhile(({ type }) => type !== 'retract'))
      .subscribe();
    expect(asked).toBe(0);
  });
});
