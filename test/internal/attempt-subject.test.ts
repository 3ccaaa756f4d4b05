import { Observable, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import { AttemptSubject } from '../../src/internal/attempt-subject';
import { finish, retract, start, textDelta, toolCall, usage } from '../../src/testing/index';
import { watch } from '../support/watch';

const listen = (subject: AttemptSubject) => {
  const events: ChatEvent[] = [];
  let end: unknown;
  const subscription = subject.subscribe({
    next: (event) => events.push(event),
    error: (error: unknown) => (end = { error }),
    complete: () => (end = 'complete'),
  });
  return {
    events,
    subscription,
    get end() {
      return end;
    },
  };
};

describe('AttemptSubject', () => {
  it('repeats the attempt so far, then goes on live', () => {
    const subject = new AttemptSubject(() => undefined);
    const first = [start(), textDelta('a'), toolCall('tool'), usage({ inputTokens: 1 })];
    for (const event of first) subject.next(event);
    const late = listen(subject);
    subject.next(finish());
    subject.complete();
    expect(late.events).toEqual([...first, finish()]);
    expect(late.end).toBe('complete');
    expect(subject.attempt).toEqual([...first, finish()]);
  });

  it('forgets what was retracted, and what came before a start', () => {
    const subject = new AttemptSubject(() => undefined);
    subject.next(textDelta('stray'));
    subject.next(start({ model: 'one' }));
    subject.next(textDelta('a'));
    subject.next(retract());
    expect(subject.attempt).toEqual([]);
    subject.next(textDelta('b'));
    subject.next(start({ model: 'two' }));
    expect(subject.attempt).toEqual([start({ model: 'two' })]);
  });

  it('tells notices to those who listen, and to no one later', () => {
    const subject = new AttemptSubject(() => undefined);
    const live = listen(subject);
    const notices: ChatEvent[] = [
      { type: 'retry', attempt: 2, delay: 0, error: 'x' },
      { type: 'route', by: 'failover', name: 'gpt' },
      { type: 'cache', status: 'joined', age: 0 },
      { type: 'wait', by: 'limitConcurrency', ahead: 0 },
      { type: 'repair', attempt: 2, error: 'x' },
      { type: 'degraded', by: 'store', error: 'x' },
    ];
    for (const notice of notices) subject.next(notice);
    expect(live.events).toEqual(notices);
    expect(listen(subject).events).toEqual([]);
  });

  it('gives its error to those who come later too', () => {
    const subject = new AttemptSubject(() => undefined);
    subject.next(start());
    subject.error(undefined);
    const late = listen(subject);
    expect(late.events).toEqual([start()]);
    expect(late.end).toEqual({ error: undefined });
  });

  it('says an event once to who joins while it is told to others', () => {
    const subject = new AttemptSubject(() => undefined);
    let late: ReturnType<typeof listen> | undefined;
    subject.subscribe({
      next: (event) => {
        if (event.type === 'text-delta') late ??= listen(subject);
      },
    });
    subject.next(start());
    subject.next(textDelta('a'));
    subject.next(textDelta('b'));
    expect(late!.events).toEqual([start(), textDelta('a'), textDelta('b')]);
  });

  it('misses nothing that a reader causes while it is told the prefix', () => {
    const subject = new AttemptSubject(() => undefined);
    subject.next(start());
    const events: ChatEvent[] = [];
    subject.subscribe({
      next: (event) => {
        events.push(event);
        if (event.type === 'start') subject.next(textDelta('caused'));
      },
    });
    expect(events).toEqual([start(), textDelta('caused')]);
  });

  it('stops telling the prefix when the reader leaves', () => {
    const subject = new AttemptSubject(() => undefined);
    for (const event of [start(), textDelta('a'), textDelta('b')]) subject.next(event);
    const source = new Observable<ChatEvent>((subscriber) => subject.subscribe(subscriber));
    const watched = watch(source.pipe(take(2)));
    expect(watched.values).toEqual([start(), textDelta('a')]);
  });
});
