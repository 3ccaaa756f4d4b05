import fc from 'fast-check';
import {
  asyncScheduler,
  concat,
  config,
  defer,
  finalize,
  from,
  map,
  NEVER,
  Observable,
  of,
  range,
  Subject,
  type Subscriber,
  take,
  tap,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { askEach, type AskEachOptions, type Outcome } from '../../src/combinator/ask-each';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { prompt } from '../../src/request/messages';
import { answerEvents, start, textDelta } from '../../src/testing/index';
import { watch } from '../support/watch';

/** A handler for names, whose calls run until told to end. */
function setUp(options?: AskEachOptions) {
  const requests = new Subject<string>();
  const running = new Map<string, Subject<ChatEvent>>();
  const asked: string[] = [];
  let most = 0;
  const handler = (name: string): Observable<ChatEvent> =>
    defer(() => {
      asked.push(name);
      const events = new Subject<ChatEvent>();
      running.set(name, events);
      most = Math.max(most, running.size);
      return events.pipe(finalize(() => running.delete(name)));
    });
  const watched = watch(requests.pipe(askEach(handler, options)));
  const answer = (name: string): void => {
    const events = running.get(name)!;
    for (const event of answerEvents(name)) events.next(event);
    events.complete();
  };
  return {
    requests,
    asked,
    answer,
    watched,
    ask: (...names: readonly string[]) => {
      for (const name of names) requests.next(name);
    },
    fail: (name: string, error: unknown) => running.get(name)!.error(error),
    running: () => [...running.keys()],
    most: () => most,
    outcomes: () => watched.values.map(said),
  };
}

const said = (outcome: Outcome<unknown>): string =>
  `${outcome.index}:${outcome.ok ? outcome.answer.text : String(outcome.error)}`;

/** Answers after as many milliseconds as the request says; a negative one fails then. */
const timed =
  (clock: VirtualTimeScheduler) =>
  (ms: number): Observable<ChatEvent> =>
    timer(Math.abs(ms), clock).pipe(
      map(() => {
        if (ms < 0) throw new Error(String(ms));
        return answerEvents(String(ms));
      }),
      (answers) =>
        new Observable((subscriber) =>
          answers.subscribe({
            next: (events) => {
              for (const event of events) subscriber.next(event);
              subscriber.complete();
            },
            error: (error: unknown) => subscriber.error(error),
          }),
        ),
    );

describe('the outcomes of askEach', () => {
  it('are one for each request, with the request itself and its place', () => {
    const [first, second] = [prompt('first'), prompt('second')];
    const error = new LlmError('fake', { kind: 'server' });
    const handler = vi.fn((request: typeof first) =>
      request === first ? of(...answerEvents('fine')) : throwError(() => error),
    );
    const { values, end } = watch(of(first, second).pipe(askEach(handler)));
    expect(values).toEqual([
      {
        index: 0,
        request: first,
        ok: true,
        answer: expect.objectContaining({ text: 'fine' }) as unknown,
      },
      { index: 1, request: second, ok: false, error },
    ]);
    expect(values[0]!.request).toBe(first);
    expect((values[1] as { error: unknown }).error).toBe(error);
    expect(end).toBe('complete');
  });

  it.each<[string, () => Observable<ChatEvent>, unknown]>([
    ['fails with nothing', () => throwError(() => undefined), undefined],
    [
      'fails in mid-answer',
      () =>
        concat(
          of(start(), textDelta('a')),
          throwError(() => 'mine'),
        ),
      'mine',
    ],
    [
      'breaks off',
      () => of(start(), textDelta('a')),
      new LlmError('the stream completed without a finish event; ask again', { kind: 'truncated' }),
    ],
    [
      'throws',
      () => {
        throw new Error('mine');
      },
      new Error('mine'),
    ],
  ])('of a call that %s is a failure, and ends nothing', (_, broken, error) => {
    const handler = (name: string) => (name === 'bad' ? broken() : of(...answerEvents(name)));
    const { values, end } = watch(from(['a', 'bad', 'b']).pipe(askEach(handler)));
    expect(values.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(values[1]).toEqual({ index: 1, request: 'bad', ok: false, error });
    expect(end).toBe('complete');
  });

  it('come as they come about by default', () => {
    const given = setUp();
    given.ask('a', 'b', 'c');
    given.answer('c');
    given.fail('a', 'no');
    given.answer('b');
    expect(given.outcomes()).toEqual(['2:c', '0:no', '1:b']);
  });

  it("come as the requests came, with order: 'input'", () => {
    const given = setUp({ order: 'input' });
    given.ask('a', 'b', 'c', 'd');
    given.answer('c');
    given.fail('b', 'no');
    expect(given.outcomes()).toEqual([]);
    given.answer('a');
    expect(given.outcomes()).toEqual(['0:a', '1:no', '2:c']);
    given.answer('d');
    expect(given.outcomes().at(-1)).toBe('3:d');
  });

  it.each(['completion', 'input'] as const)(
    'are as many as the requests, whoever fails, in order of %s',
    (order) => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 40 }),
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 1, max: 12 }),
          (delays, concurrency, window) => {
            const clock = new VirtualTimeScheduler();
            const ask = askEach(timed(clock), { concurrency, order, window, scheduler: clock });
            const { values, end } = watch(from(delays).pipe(ask));
            clock.flush();
            expect(end === 'complete' || delays.length > 0).toBe(true);
            const byIndex = [...values].sort((a, b) => a.index - b.index);
            if (order === 'input') expect(values).toEqual(byIndex);
            expect(byIndex.map(({ index, request }) => [index, request])).toEqual([
              ...delays.entries(),
            ]);
            for (const outcome of values) {
              expect(outcome.ok).toBe(outcome.request >= 0);
              if (outcome.ok) expect(outcome.answer.text).toBe(String(outcome.request));
            }
          },
        ),
      );
    },
  );

  it('end with the last one, when the requests have ended', () => {
    const given = setUp();
    given.ask('a', 'b');
    given.requests.complete();
    given.answer('b');
    expect(given.watched.end).toBeUndefined();
    given.answer('a');
    expect(given.watched.end).toBe('complete');
    expect(watch(of<string[]>().pipe(askEach(() => NEVER))).end).toBe('complete');
  });
});

describe('the options of askEach', () => {
  it.each([
    [undefined, 8],
    [{ concurrency: 1 }, 1],
    [{ concurrency: 3 }, 3],
    [{ concurrency: Infinity }, 40],
  ])('concurrency: %o asks %i at once', (options, most) => {
    const given = setUp(options);
    given.ask(...Array.from({ length: 40 }, (_, n) => `call ${n}`));
    expect(given.running()).toHaveLength(most);
    while (given.running().length > 0) given.answer(given.running()[0]!);
    expect(given.most()).toBe(most);
    expect(given.watched.values).toHaveLength(40);
    expect(given.asked).toEqual(Array.from({ length: 40 }, (_, n) => `call ${n}`));
  });

  it.each([
    [{ window: 3 }, 3],
    [{ window: 1 }, 1],
    [{ window: 100 }, 100],
    [{}, 8],
    [{ window: Infinity }, 1000],
  ])('window: %o lets the newest be %i ahead of the oldest', (options, window) => {
    const given = setUp({ concurrency: 2, order: 'input', ...options });
    given.ask(...Array.from({ length: 1000 }, (_, n) => String(n)));
    for (let name = given.running()[1]; name !== undefined; name = given.running()[1]) {
      given.answer(name);
    }
    expect(given.asked).toHaveLength(window);
    expect(given.watched.values).toEqual([]);
    given.answer('0');
    expect(given.watched.values).toHaveLength(window);
    expect(given.asked.length).toBeGreaterThan(Math.min(window, 999));
  });

  it('window: bounds nothing in order of completion', () => {
    const given = setUp({ concurrency: 2, window: 1 });
    given.ask('slow', 'a', 'b', 'c');
    for (const name of ['a', 'b', 'c']) given.answer(name);
    expect(given.watched.values).toHaveLength(3);
  });

  it('scheduler: is the clock of the timings', () => {
    const clock = new VirtualTimeScheduler();
    const { values } = watch(of(30, 70).pipe(askEach(timed(clock), { scheduler: clock })));
    clock.flush();
    const totals = values.map((outcome) => outcome.ok && outcome.answer.timings.total);
    expect(totals).toEqual([30, 70]);
  });

  it('scheduler: is real time by default', () => {
    const now = vi.spyOn(asyncScheduler, 'now').mockReturnValueOnce(1000).mockReturnValue(1250);
    const { values } = watch(of('?').pipe(askEach(() => of(...answerEvents('fine')))));
    expect(values).toMatchObject([{ answer: { timings: { total: 250 } } }]);
    now.mockRestore();
  });

  it.each([
    [{ concurrency: 0 }, RangeError, 'concurrency must be a whole number of at least 1, got 0'],
    [{ concurrency: 1.5 }, RangeError, 'concurrency must be a whole number'],
    [{ concurrency: '8' as never }, TypeError, 'concurrency must be a number, got string'],
    [{ window: 0 }, RangeError, 'window must be a whole number of at least 1, got 0'],
    [{ window: NaN }, RangeError, 'window must be a whole number'],
    [
      { order: 'random' as never },
      TypeError,
      "order must be one of 'completion', 'input', got random",
    ],
  ])('refuses %o', (options, type, message) => {
    expect(() => askEach(() => NEVER, options)).toThrow(type);
    expect(() => askEach(() => NEVER, options)).toThrow(`askEach: ${message}`);
  });

  it('refuses what is no handler', () => {
    expect(() => askEach(NEVER as never)).toThrow(
      new TypeError('askEach: handler must be a function, got object'),
    );
  });
});

describe('leaving askEach', () => {
  it('aborts what runs, and asks no more', () => {
    const given = setUp({ concurrency: 2 });
    given.ask('a', 'b', 'c');
    given.watched.subscription.unsubscribe();
    expect(given.running()).toEqual([]);
    expect(given.requests.observed).toBe(false);
    expect(given.asked).toEqual(['a', 'b']);
  });

  it.each(['completion', 'input'] as const)(
    'on an outcome asks no more, and tells no more, in order of %s',
    (order) => {
      const requests = new Subject<string>();
      const running = new Map<string, Subject<ChatEvent>>();
      const asked: string[] = [];
      const handler = (name: string) =>
        defer(() => {
          asked.push(name);
          const events = new Subject<ChatEvent>();
          running.set(name, events);
          return events.pipe(finalize(() => running.delete(name)));
        });
      const watched = watch(requests.pipe(askEach(handler, { concurrency: 2, order }), take(1)));
      for (const name of ['a', 'b', 'c', 'd']) requests.next(name);
      for (const name of ['b', 'a']) {
        const events = running.get(name);
        for (const event of answerEvents(name)) events?.next(event);
        events?.complete();
      }
      expect(watched.values).toHaveLength(1);
      expect(watched.end).toBe('complete');
      expect(asked).toEqual(['a', 'b', ...(order === 'input' ? ['c'] : [])]);
      expect(running.size).toBe(0);
      expect(requests.observed).toBe(false);
    },
  );

  it('is what an error of the source does, for all that runs', () => {
    const given = setUp({ order: 'input' });
    const error = new Error('mine');
    given.ask('a', 'b');
    given.answer('b');
    given.requests.error(error);
    expect(given.watched.end).toEqual({ error });
    expect((given.watched.end as { error: unknown }).error).toBe(error);
    expect(given.running()).toEqual([]);
    expect(given.watched.values).toEqual([]);
  });
});

describe('askEach', () => {
  // Only ends in time if each costs the same, however many there are.
  const patience = 60_000;

  it.each([
    ['completion', 100_000],
    ['input', 20_000],
  ] as const)(
    'in order of %s asks %i that are answered at once, without a deep stack',
    (...given) => {
      const [order, count] = given;
      const answer = answerEvents('a').filter(({ type }) => type !== 'text-delta');
      let outcomes = 0;
      range(count)
        .pipe(askEach(() => of(...answer), { concurrency: 1, order }))
        .subscribe(({ index }) => {
          if (index === outcomes) outcomes += 1;
        });
      expect(outcomes).toBe(count);
    },
    patience,
  );

  it('lets a million wait, and takes each as easily as one of a few', { timeout: patience }, () => {
    const first = new Subject<ChatEvent>();
    const failed = throwError(() => 'no');
    let outcomes = 0;
    const subscription = range(1_000_000)
      .pipe(
        askEach((n: number) => (n === 0 ? first : failed), { concurrency: 1 }),
        take(20_000),
      )
      .subscribe(() => (outcomes += 1));
    expect(outcomes).toBe(0);
    first.complete();
    expect(outcomes).toBe(20_000);
    expect(subscription.closed).toBe(true);
  });

  it('takes requests that an outcome brings about', () => {
    const requests = new Subject<number>();
    const outcomes: number[] = [];
    requests
      .pipe(
        askEach((n) => of(...answerEvents(String(n))), { concurrency: 1 }),
        tap(({ request }) => {
          outcomes.push(request);
          if (request < 5) requests.next(request + 1);
        }),
      )
      .subscribe();
    requests.next(0);
    expect(outcomes).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('keeps the order of input when one outcome brings about another', () => {
    const given = setUp({ order: 'input' });
    const seen: string[] = [];
    const requests = new Subject<string>();
    const calls = new Map<string, Subject<ChatEvent>>();
    requests
      .pipe(
        askEach(
          (name) => {
            const events = new Subject<ChatEvent>();
            calls.set(name, events);
            return events;
          },
          { order: 'input' },
        ),
      )
      .subscribe(({ request }) => {
        seen.push(request);
        if (request === 'a') calls.get('b')!.error('no');
      });
    for (const name of ['a', 'b', 'c']) requests.next(name);
    calls.get('c')!.error('no');
    calls.get('a')!.error('no');
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(given.running()).toEqual([]);
  });

  it('tells all that are held when one of them ends the requests', () => {
    const requests = new Subject<string>();
    const calls = new Map<string, Subject<ChatEvent>>();
    const ask = (name: string): Observable<ChatEvent> => {
      calls.set(name, new Subject());
      return calls.get(name)!;
    };
    const watched = watch(
      requests.pipe(
        askEach(ask, { order: 'input' }),
        tap(({ request }) => {
          if (request === 'a') requests.complete();
        }),
      ),
    );
    for (const name of ['a', 'b', 'c']) requests.next(name);
    for (const name of ['c', 'b', 'a']) calls.get(name)!.error('no');
    expect(watched.values.map(({ request }) => request)).toEqual(['a', 'b', 'c']);
    expect(watched.end).toBe('complete');
  });

  it('has ended a call before it tells of its outcome', () => {
    const calls: Subscriber<ChatEvent>[] = [];
    const left: number[] = [];
    const known: number[][] = [];
    range(2)
      .pipe(
        askEach(
          (n: number) =>
            new Observable<ChatEvent>((subscriber) => {
              calls.push(subscriber);
              return () => left.push(n);
            }),
        ),
      )
      .subscribe(() => known.push([...left]));
    for (const event of answerEvents('a')) calls[0]!.next(event);
    calls[0]!.complete();
    calls[1]!.error('no');
    expect(known).toEqual([[0], [0, 1]]);
  });

  it('goes on, though what is torn down with a call throws', () => {
    vi.useFakeTimers();
    const unhandled = vi.fn();
    const thrown = new Error('thrown');
    config.onUnhandledError = unhandled;
    const calls: Subject<ChatEvent>[] = [];
    const tearDown = (): void => {
      throw thrown;
    };
    const handler = (): Observable<ChatEvent> => {
      const events = new Subject<ChatEvent>();
      calls.push(events);
      return events.pipe(finalize(tearDown));
    };
    const watched = watch(range(2).pipe(askEach(handler)));
    calls[0]!.error('no');
    for (const event of answerEvents('a')) calls[1]!.next(event);
    calls[1]!.complete();
    vi.runAllTimers();
    vi.useRealTimers();
    config.onUnhandledError = null;
    expect(watched.values.map(said)).toEqual(['0:no', '1:a']);
    expect(watched.end).toBe('complete');
    expect(unhandled).toHaveBeenCalledWith(expect.objectContaining({ errors: [thrown] }));
  });

  it('is cold, and each subscription counts from 0', () => {
    const handler = vi.fn(() => of(...answerEvents('a')));
    const stream = of('x', 'y').pipe(askEach(handler));
    expect(handler).not.toHaveBeenCalled();
    const rounds = [watch(stream), watch(stream)];
    expect(rounds.map(({ values }) => values.map(({ index }) => index))).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('stops a firehose of requests', () => {
    const source = new Observable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed; n += 1) subscriber.next(n);
    });
    const watched = watch(
      source.pipe(
        askEach(() => throwError(() => 'no')),
        take(3),
      ),
    );
    expect(watched.values.map(said)).toEqual(['0:no', '1:no', '2:no']);
  });

  it('takes requests of any type, also none', () => {
    const watched = watch(
      from([undefined, null, 0]).pipe(
        askEach((value: unknown) => of(...answerEvents(String(value)))),
      ),
    );
    expect(watched.values.map(said)).toEqual(['0:undefined', '1:null', '2:0']);
  });
});
