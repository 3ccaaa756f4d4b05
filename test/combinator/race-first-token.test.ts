import { lastValueFrom, NEVER, Observable, of, Subject, take, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { raceFirstToken } from '../../src/combinator/race-first-token';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import type { Handler } from '../../src/handler';
import { prompt } from '../../src/request/messages';
import { answerEvents, finish, start, textDelta, toolCall } from '../../src/testing/index';
import { toAnswer } from '../../src/view/to-answer';

const overloaded = new LlmError('overloaded', { kind: 'overloaded' });
const invalid = new LlmError('invalid', { kind: 'invalid-request' });
const answering =
  (text: string): Handler =>
  () =>
    of(...answerEvents(text));

/** A member that is played by hand, and that knows whether anybody listens. */
function played() {
  const events = new Subject<ChatEvent>();
  const handler: Handler = () => events;
  return { events, handler };
}

describe('raceFirstToken', () => {
  it('refuses a record without handlers, naming what is wrong', () => {
    expect(() => raceFirstToken({})).toThrow(RangeError);
    expect(() => raceFirstToken({ gpt: 1 as never })).toThrow(/member 'gpt' must be a handler/);
  });

  it('does not ask the later ones when an earlier one answers at once', async () => {
    let asked = false;
    const ask = raceFirstToken({
      first: answering('now'),
      second: () => {
        asked = true;
        return NEVER;
      },
    });
    const answer = await lastValueFrom(ask(prompt('?')).pipe(toAnswer()));
    expect(answer.text).toBe('now');
    expect(asked).toBe(false);
  });

  it.each([
    ['text', textDelta('a')],
    ['a tool call', toolCall('tool')],
    ['reasoning', { type: 'reasoning-delta', text: 'hm' } as const],
  ])('%s decides it; the loser is left before the winner is heard', (_, output) => {
    const fast = played();
    const slow = played();
    const heard: [string, boolean][] = [];
    raceFirstToken({ slow: slow.handler, fast: fast.handler })(prompt('?')).subscribe((event) => {
      heard.push([event.type, slow.events.observed]);
    });
    slow.events.next(start());
    fast.events.next(start());
    expect(heard).toEqual([]);
    fast.events.next(output);
    expect(heard).toEqual([
      ['route', false],
      ['start', false],
      [output.type, false],
    ]);
  });

  it('gathers the errors in the order of the record', async () => {
    const first = played();
    const ask = raceFirstToken({ first: first.handler, second: () => throwError(() => invalid) });
    const failure = lastValueFrom(ask(prompt('?'))).catch((error: unknown) => error);
    first.events.error(overloaded);
    const error = (await failure) as LlmError;
    expect(error.kind).toBe('exhausted');
    expect(error.errors).toEqual([overloaded, invalid]);
    expect(error.message).toContain('first (overloaded), second (invalid-request)');
  });

  it('calls an end without any output a truncation', async () => {
    const ask = raceFirstToken({ only: () => of(start(), finish()) });
    const error = (await lastValueFrom(ask(prompt('?'))).catch((e: unknown) => e)) as LlmError;
    expect(error.kind).toBe('exhausted');
    expect(error.errors).toMatchObject([{ kind: 'truncated', provider: 'only' }]);
  });

  it('survives members that throw', async () => {
    const ask = raceFirstToken({
      broken: () => {
        throw new Error('bug');
      },
      fine: answering('fine'),
    });
    const answer = await lastValueFrom(ask(prompt('?')).pipe(toAnswer()));
    expect(answer.text).toBe('fine');
  });

  it('takes the first value of streams of another type, without notices', async () => {
    const ask = raceFirstToken<string, number>({ never: () => NEVER, fast: () => of(1, 2) });
    await expect(lastValueFrom(ask('?').pipe(toArray()))).resolves.toEqual([1, 2]);
  });

  it('stops a winner that pushes without end', () => {
    let produced = 0;
    const endless = new Observable<ChatEvent>((destination) => {
      while (!destination.closed) {
        produced += 1;
        destination.next(textDelta('a'));
      }
    });
    const seen: ChatEvent[] = [];
    raceFirstToken({ endless: () => endless })(prompt('?'))
      .pipe(take(3))
      .subscribe((event) => seen.push(event));
    expect(seen.map(({ type }) => type)).toEqual(['route', 'text-delta', 'text-delta']);
    expect(produced).toBe(2);
  });

  it('does not enter further members once the caller has left', () => {
    let asked = 0;
    const member: Handler = () =>
      new Observable((destination) => {
        asked += 1;
        destination.next(textDelta('a'));
      });
    raceFirstToken({ a: member, b: member })(prompt('?')).pipe(take(1)).subscribe();
    expect(asked).toBe(1);
  });
});
