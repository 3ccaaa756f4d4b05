import { config, finalize, Observable, take } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import { Flight } from '../../src/internal/flight';
import { finish, retract, start, textDelta, toolCall, usage } from '../../src/testing/index';
import { textDeltas } from '../../src/view/text-deltas';
import { watch } from '../support/watch';

const takeOff = (): Flight => new Flight('id', 0, () => undefined);
const read = (flight: Flight): Observable<ChatEvent> =>
  new Observable((reader) => {
    flight.tell(reader);
  });

const listen = (flight: Flight) => {
  const events: ChatEvent[] = [];
  let end: unknown;
  const subscription = read(flight).subscribe({
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

describe('Flight', () => {
  it('repeats the attempt so far, then goes on live', () => {
    const flight = takeOff();
    const first = [start(), textDelta('a'), toolCall('tool'), usage({ inputTokens: 1 })];
    for (const event of first) flight.next(event);
    const late = listen(flight);
    flight.next(finish());
    flight.complete();
    expect(late.events).toEqual([...first, finish()]);
    expect(late.end).toBe('complete');
    expect([...flight.attempt]).toEqual([...first, finish()]);
  });

  it('freezes what others may read, too', () => {
    const flight = takeOff();
    const one = listen(flight);
    const call = toolCall('tool', { deep: [{}] });
    for (const event of [textDelta('a'), call]) flight.next(event);
    const piece = textDelta('b');
    const two = listen(flight);
    flight.next(piece);
    const { deep } = call.input as { deep: [object] };
    for (const value of [...two.events, piece, deep, deep[0]]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
    expect(two.events[0]).not.toBe(one.events[0]);
    expect(one.events[2]).toBe(piece);
  });

  it('freezes a notice that many read, not one that is told to one alone', () => {
    const flight = takeOff();
    const [mine, ours] = ['one', 'two'].map(
      (name) => ({ type: 'route', by: 'failover', name }) as const,
    );
    listen(flight);
    flight.next(mine!);
    listen(flight);
    flight.next(ours!);
    expect([mine, ours].map(Object.isFrozen)).toEqual([false, true]);
  });

  it('leaves alone the error that a notice carries, though many read the notice', () => {
    const flight = takeOff();
    listen(flight);
    listen(flight);
    const error = { status: 503, response: { headers: {} } };
    const notice = { type: 'retry', attempt: 2, delay: 0, error } as const;
    flight.next(notice);
    expect([notice, error, error.response].map(Object.isFrozen)).toEqual([true, false, false]);
  });

  it('tells all of its end, though what is torn down with one of them throws', () => {
    vi.useFakeTimers();
    const unhandled = vi.fn();
    const thrown = new Error('thrown');
    config.onUnhandledError = unhandled;
    const flight = takeOff();
    const [one, two] = [listen(flight), listen(flight)];
    one.subscription.add(() => {
      throw thrown;
    });
    flight.complete();
    vi.runAllTimers();
    vi.useRealTimers();
    config.onUnhandledError = null;
    expect([one.end, two.end]).toEqual(['complete', 'complete']);
    expect(flight.closed).toBe(true);
    expect(unhandled).toHaveBeenCalledWith(expect.objectContaining({ errors: [thrown] }));
  });

  it('tells all of an event, though what is torn down with one of them throws', () => {
    vi.useFakeTimers();
    const unhandled = vi.fn();
    const thrown = new Error('thrown');
    config.onUnhandledError = unhandled;
    const flight = takeOff();
    const throwing = finalize(() => {
      throw thrown;
    });
    watch(read(flight).pipe(textDeltas(), throwing));
    const other = listen(flight);
    for (const event of [textDelta('a'), retract()]) flight.next(event);
    vi.runAllTimers();
    vi.useRealTimers();
    config.onUnhandledError = null;
    expect(other.events).toEqual([textDelta('a'), retract()]);
    expect(unhandled).toHaveBeenCalledOnce();
  });

  it('forgets who leaves on hearing what is repeated', () => {
    const flight = takeOff();
    listen(flight);
    flight.next(start());
    watch(read(flight).pipe(take(1)));
    const piece = textDelta('a');
    flight.next(piece);
    expect(Object.isFrozen(piece)).toBe(false);
  });

  it("repeats nothing of the server's limits, which are news only once", () => {
    const flight = takeOff();
    const one = listen(flight);
    const rateLimit = { requests: { remaining: 1 } };
    const begun = { ...start({ rateLimit }), mark: {} };
    flight.next(begun);
    const two = listen(flight);
    expect(one.events[0]).toBe(begun);
    expect(two.events).toEqual([{ ...start(), mark: {} }]);
    expect([...flight.attempt]).toEqual(two.events);
    for (const value of [two.events[0], begun.mark]) expect(Object.isFrozen(value)).toBe(true);
    flight.next(start({ rateLimit }));
    expect(two.events[1]).toEqual(start({ rateLimit }));
  });

  it('freezes a piece that holds more than its text, though one alone is told it', () => {
    const flight = takeOff();
    const one = listen(flight);
    const marked = { ...textDelta('a'), mark: { deep: {} } };
    flight.next(marked);
    for (const value of [marked, marked.mark, marked.mark.deep]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
    expect(one.events).toEqual([marked]);
  });

  it('forgets what was retracted, and what came before a start', () => {
    const flight = takeOff();
    flight.next(textDelta('stray'));
    flight.next(start({ model: 'one' }));
    flight.next(textDelta('a'));
    flight.next(retract());
    expect([...flight.attempt]).toEqual([]);
    flight.next(textDelta('b'));
    flight.next(start({ model: 'two' }));
    expect([...flight.attempt]).toEqual([start({ model: 'two' })]);
  });

  it('tells notices to those who listen, and to no one later', () => {
    const flight = takeOff();
    const live = listen(flight);
    const notices: ChatEvent[] = [
      { type: 'retry', attempt: 2, delay: 0, error: 'x' },
      { type: 'route', by: 'failover', name: 'gpt' },
      { type: 'cache', status: 'joined', age: 0 },
      { type: 'wait', by: 'limitConcurrency', ahead: 0 },
      { type: 'repair', attempt: 2, error: 'x' },
      { type: 'degraded', by: 'store', error: 'x' },
    ];
    for (const notice of notices) flight.next(notice);
    expect(live.events).toEqual(notices);
    expect(listen(flight).events).toEqual([]);
  });

  it('gives its error to those who come later too', () => {
    const flight = takeOff();
    flight.next(start());
    flight.error(undefined);
    const late = listen(flight);
    expect(late.events).toEqual([start()]);
    expect(late.end).toEqual({ error: undefined });
  });

  it('takes nothing more behind its end', () => {
    const flight = takeOff();
    const one = listen(flight);
    flight.next(finish());
    flight.complete();
    flight.next(textDelta('late'));
    expect([...flight.attempt]).toEqual([finish()]);
    expect(one.events).toEqual([finish()]);
  });

  it('says an event once to who joins while it is told to others', () => {
    const flight = takeOff();
    let late: ReturnType<typeof listen> | undefined;
    read(flight).subscribe({
      next: (event) => {
        if (event.type === 'text-delta') late ??= listen(flight);
      },
    });
    flight.next(start());
    flight.next(textDelta('a'));
    flight.next(textDelta('b'));
    expect(late!.events).toEqual([start(), textDelta('a'), textDelta('b')]);
  });

  it('misses nothing that a reader causes while it is told the prefix', () => {
    const flight = takeOff();
    flight.next(start());
    const events: ChatEvent[] = [];
    read(flight).subscribe({
      next: (event) => {
        events.push(event);
        if (event.type === 'start') flight.next(textDelta('caused'));
      },
    });
    expect(events).toEqual([start(), textDelta('caused')]);
  });

  it('takes back the prefix, and begins again, when that is retracted while it is told', () => {
    const flight = takeOff();
    for (const event of [start(), textDelta('a'), textDelta('b')]) flight.next(event);
    const events: ChatEvent[] = [];
    read(flight).subscribe({
      next: (event) => {
        events.push(event);
        if (events.length !== 2) return;
        for (const said of [retract(), start(), textDelta('c')]) flight.next(said);
      },
    });
    flight.next(textDelta('d'));
    expect(events).toEqual([
      ...[start(), textDelta('a'), retract()],
      ...[start(), textDelta('c'), textDelta('d')],
    ]);
  });

  it('stops telling the prefix when the reader leaves', () => {
    const flight = takeOff();
    for (const event of [start(), textDelta('a'), textDelta('b')]) flight.next(event);
    const watched = watch(read(flight).pipe(take(2)));
    expect(watched.values).toEqual([start(), textDelta('a')]);
  });
});
