import { config, finalize, Observable, Subject, tap } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { ChatEvent, RouteEvent } from '../../src/event/chat-event';
import { Race } from '../../src/internal/race';
import { prompt } from '../../src/request/messages';
import { finish, retract, start, textDelta, usage } from '../../src/testing/index';
import { watch } from '../support/watch';

/** A race of two that are played by hand. */
function stage({
  tearDown = (): void => undefined,
  hear,
}: { readonly tearDown?: () => void; readonly hear?: (event: ChatEvent) => void } = {}) {
  const heard: string[] = [];
  const members = { a: new Subject<ChatEvent>(), b: new Subject<ChatEvent>() };
  let race!: Race<unknown, ChatEvent>;
  const watched = watch(
    new Observable<ChatEvent>((destination) => {
      race = new Race({
        by: 'race',
        request: prompt('?'),
        destination,
        onWin: () => heard.push(`win, b is ${members.b.observed ? 'asked' : 'left'}`),
        onLoss: (error, finished) => {
          heard.push(`loss of ${String(error)}, ${finished ? 'with' : 'without'} a reason`);
          if (race.running === 0) race.giveUp(() => destination.error(error));
        },
      });
      race.enter('a', () => members.a.pipe(finalize(tearDown)));
      race.enter('b', () => members.b.pipe(finalize(tearDown)));
    }).pipe(tap((event) => hear?.(event))),
  );
  return { race, watched, heard, ...members };
}

describe('Race', () => {
  it('knows who runs, who failed and whether it is over', () => {
    const { race, a, b, heard } = stage();
    expect([race.over, race.running, race.failures]).toEqual([false, 2, []]);
    b.error(undefined);
    expect([race.over, race.running]).toEqual([false, 1]);
    expect(race.failures).toEqual([{ name: 'b', error: undefined }]);
    a.next(textDelta('a'));
    expect(race.over).toBe(true);
    expect(heard).toEqual(['loss of undefined, without a reason', 'win, b is left']);
  });

  it('is over when the caller has left, and can leave all members itself', () => {
    const left = stage();
    left.watched.subscription.unsubscribe();
    expect(left.race.over).toBe(true);
    const { race, a, b } = stage();
    race.abort();
    expect([a.observed, b.observed]).toEqual([false, false]);
  });

  it('shows what the losers used: in all their attempts, their own races included', () => {
    const { a, b, watched } = stage();
    b.next({
      type: 'route',
      by: 'hedge',
      name: 'c',
      losers: [{ name: 'd', usage: { inputTokens: 1 } }],
    });
    b.next(start());
    b.next(usage({ inputTokens: 10 }));
    b.next(retract());
    b.next(start());
    b.next(usage({ inputTokens: 100, outputTokens: 5 }));
    a.next(textDelta('a'));
    const losers = [{ name: 'b', usage: { inputTokens: 111, outputTokens: 5 } }];
    expect(watched.values[0]).toEqual({ type: 'route', by: 'race', name: 'a', losers });
  });

  it('shows an error by presence, and no usage where none was told', () => {
    const { a, b, watched } = stage();
    b.error(undefined);
    a.next(textDelta('a'));
    const [route] = watched.values as RouteEvent[];
    expect(Object.keys(route!.losers![0]!)).toEqual(['name', 'error']);
  });

  it('passes signs of life on at once, whose ever they are, and they decide nothing', () => {
    const alive: ChatEvent = { type: 'keep-alive' };
    const { a, b, watched, race } = stage();
    a.next(start());
    b.next(alive);
    a.next(alive);
    expect(watched.values).toEqual([alive, alive]);
    expect(race.over).toBe(false);
    a.next(textDelta('a'));
    a.next(alive);
    expect(watched.values.slice(2).map(({ type }) => type)).toEqual([
      ...['route', 'start', 'text-delta', 'keep-alive'],
    ]);
  });

  it('lets a member without output answer with its reason, if nobody else does', () => {
    const { a, b, watched, heard } = stage();
    const refusal = finish({ reason: 'content-filter', usage: { inputTokens: 3 } });
    b.next(refusal);
    b.complete();
    expect(watched.values).toEqual([]);
    a.error('broken');
    const losers = [{ name: 'a', error: 'broken' }];
    expect(watched.values).toEqual([{ type: 'route', by: 'race', name: 'b', losers }, refusal]);
    expect(watched.end).toBe('complete');
    expect(heard.slice(0, 2)).toEqual([
      'loss of LlmError: race: b ended without any output, with a reason',
      'loss of broken, without a reason',
    ]);
  });

  it('goes on, though what is torn down with a loser throws', () => {
    vi.useFakeTimers();
    const unhandled = vi.fn();
    const thrown = new Error('thrown');
    config.onUnhandledError = unhandled;
    const tearDown = (): void => {
      throw thrown;
    };
    const [won, failing, left] = [stage({ tearDown }), stage({ tearDown }), stage({ tearDown })];
    won.a.next(textDelta('a'));
    for (const member of [failing.a, failing.b]) member.error('broken');
    left.race.abort();
    vi.runAllTimers();
    vi.useRealTimers();
    config.onUnhandledError = null;
    expect(won.watched.values.map(({ type }) => type)).toEqual(['route', 'text-delta']);
    expect(won.watched.end).toBeUndefined();
    expect(failing.watched.end).toEqual({ error: 'broken' });
    expect([left.a.observed, left.b.observed]).toEqual([false, false]);
    expect(unhandled).toHaveBeenCalledTimes(5);
  });

  it.each<[string, (source: Subject<ChatEvent>) => void, unknown]>([
    ['completes', (source) => source.complete(), 'complete'],
    ['fails', (source) => source.error('broken'), { error: 'broken' }],
  ])('tells in order what its winner says, and that it %s, while it is told', (_, stop, end) => {
    const { a, watched } = stage({
      hear: ({ type }) => {
        if (type !== 'route') return;
        a.next(textDelta('second'));
        stop(a);
      },
    });
    a.next(start());
    a.next(textDelta('first'));
    expect(watched.values.slice(1)).toEqual([start(), textDelta('first'), textDelta('second')]);
    expect(watched.end).toEqual(end);
  });

  it('of several such members the first answers', () => {
    const { a, b, watched } = stage();
    for (const member of [b, a]) {
      member.next(finish({ reason: 'length' }));
      member.complete();
    }
    expect(watched.values[0]).toMatchObject({ name: 'b', losers: [{ name: 'a' }] });
  });
});
