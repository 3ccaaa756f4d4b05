import { NEVER, of, retry, Subject, take, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import { prompt } from '../../src/request/messages';
import { answerEvents, textDelta } from '../../src/testing/events';
import { fakeHandler } from '../../src/testing/fake-handler';
import { marbles } from '../../src/testing/marbles';

const seen = (): {
  events: ChatEvent[];
  ends: unknown[];
  next: (event: ChatEvent) => void;
  error: (error: unknown) => void;
  complete: () => void;
} => {
  const events: ChatEvent[] = [];
  const ends: unknown[] = [];
  return {
    events,
    ends,
    next: (event) => events.push(event),
    error: (error) => ends.push(error),
    complete: () => ends.push('complete'),
  };
};

describe('fakeHandler inside marbles', () => {
  it('answers the n-th call with the n-th attempt, and says when it was asked', () => {
    marbles(({ expectEvents, expectSubscriptions }) => {
      const handler = fakeHandler('--#', 'S-a-(F|)');
      expectEvents(handler(prompt('?')).pipe(retry({ delay: 5 }))).toBe('-------S-a-(F|)');
      expectSubscriptions(handler.subscriptions).toBe(['^-!', '-------^---!']);
    });
  });

  it('shows a cancelled call', () => {
    const handler = fakeHandler('S-a-(F|)');
    marbles(({ expectEvents, expectSubscriptions }) => {
      expectEvents(handler(prompt('?')), '^-!').toBe('S');
      expectSubscriptions(handler.subscriptions).toBe('^-!');
    });
    expect(handler.active).toBe(0);
  });
});

describe('fakeHandler in real time', () => {
  it('plays Observables and arrays', () => {
    const error = new Error('down');
    const handler = fakeHandler(
      throwError(() => error),
      answerEvents('Hi'),
    );
    const [first, second] = [seen(), seen()];
    handler(prompt('1')).subscribe(first);
    handler(prompt('2')).subscribe(second);
    expect(first.ends).toEqual([error]);
    expect(second).toMatchObject({ events: answerEvents('Hi'), ends: ['complete'] });
  });

  it('records the requests when they are subscribed to, not before', () => {
    const handler = fakeHandler(NEVER, NEVER);
    const calls = [handler(prompt('1')), handler(prompt('2'))];
    expect(handler.requests).toEqual([]);
    for (const call of calls.reverse()) call.subscribe();
    expect(handler.requests).toEqual([prompt('2'), prompt('1')]);
    expect(handler.subscriptions).toHaveLength(2);
  });

  it('counts the open calls', () => {
    const source = new Subject<ChatEvent>();
    const handler = fakeHandler(source, source);
    const subscription = handler(prompt('1')).subscribe();
    const atEnd: number[] = [];
    handler(prompt('2')).subscribe({ complete: () => atEnd.push(handler.active) });
    expect(handler.active).toBe(2);
    subscription.unsubscribe();
    expect(handler.active).toBe(1);
    source.complete();
    expect(handler.active).toBe(0);
    // Who waits for the end finds the call closed.
    expect(atEnd).toEqual([0]);
  });

  it('counts a failed call as closed', () => {
    const handler = fakeHandler(throwError(() => new Error('down')));
    handler(prompt('?')).subscribe(seen());
    expect(handler.active).toBe(0);
    expect(handler.subscriptions[0]?.unsubscribedFrame).not.toBe(Infinity);
  });

  it('stops a source that knows no end', () => {
    let produced = 0;
    const firehose = of(...Array.from({ length: 9 }, () => textDelta('a')));
    const handler = fakeHandler(firehose);
    handler(prompt('?'))
      .pipe(take(3))
      .subscribe(() => (produced += 1));
    expect(produced).toBe(3);
    expect(handler.active).toBe(0);
  });

  it('fails the call that has no attempt, and says how many there were', () => {
    const handler = fakeHandler(answerEvents('Hi'));
    const late = seen();
    handler(prompt('1')).subscribe();
    handler(prompt('2')).subscribe(late);
    expect(late.ends).toEqual([
      new Error(
        'fakeHandler: call 2 has no attempt, only 1 were given: give one more, or look for a call too many',
      ),
    ]);
    expect(handler.active).toBe(0);
  });

  it('refuses a diagram outside of marbles', () => {
    const late = seen();
    fakeHandler('S-a|')(prompt('?')).subscribe(late);
    expect(String(late.ends[0])).toContain(`the diagram 'S-a|' needs marbles()`);
  });
});
