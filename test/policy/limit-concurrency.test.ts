import {
  BehaviorSubject,
  concat,
  config,
  defer,
  EMPTY,
  finalize,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { compose, type Handler } from '../../src/handler';
import {
  type ConcurrencyState,
  limitConcurrency,
  type LimitConcurrencyOptions,
} from '../../src/policy/limit-concurrency';
import { prompt } from '../../src/request/messages';
import type { ChatRequest } from '../../src/request/chat-request';
import { answerEvents, marbles, start } from '../../src/testing/index';
import { watch } from '../support/watch';

const named = (name: string, priority?: number): ChatRequest =>
  prompt(name, priority === undefined ? {} : { context: { priority } });

/** A limit before a handler whose calls run until told to end. */
function setUp(options: LimitConcurrencyOptions) {
  const limit = limitConcurrency(options);
  const running = new Map<string, Subject<ChatEvent>>();
  const begun: string[] = [];
  const ask = compose<ChatRequest, ChatEvent>((request) => {
    const name = request.messages[0]!.content as string;
    return defer(() => {
      begun.push(name);
      const events = new Subject<ChatEvent>();
      running.set(name, events);
      return events.pipe(finalize(() => running.delete(name)));
    });
  }, limit);
  const states: ConcurrencyState[] = [];
  limit.state$.subscribe((state) => states.push(state));
  const call = (name: string, priority?: number) => watch(ask(named(name, priority)));
  return {
    limit,
    ask,
    call,
    begun,
    end: (name: string) => running.get(name)!.complete(),
    fail: (name: string, error: unknown) => running.get(name)!.error(error),
    get running() {
      return [...running.keys()];
    },
    get state() {
      return states.at(-1)!;
    },
    states,
  };
}

describe('the options of limitConcurrency', () => {
  it.each([1, 2, 5])('max: %i calls run at once', (max) => {
    const { call, state, running } = ((given) => {
      for (let n = 0; n < 9; n += 1) given.call(`call ${n}`);
      return given;
    })(setUp({ max }));
    expect(call).toBeDefined();
    expect(running).toHaveLength(max);
    expect(state).toEqual({ active: max, waiting: 9 - max, max });
  });

  it('max: Infinity only counts', () => {
    const given = setUp({ max: Infinity });
    for (let n = 0; n < 2000; n += 1) given.call(`call ${n}`);
    expect(given.state).toEqual({ active: 2000, waiting: 0, max: Infinity });
  });

  it.each([
    [0, 0],
    [2, 2],
    [undefined, 1000],
  ])('queue: of %o lets %i wait, and no more', (queue, most) => {
    const given = setUp({ max: 1, queue });
    given.call('runs');
    const waiting = Array.from({ length: most }, (_, n) => given.call(`waits ${n}`));
    expect(waiting.every(({ end }) => end === undefined)).toBe(true);
    const refused = given.call('refused');
    expect(refused.values).toEqual([]);
    expect(refused.end).toEqual({
      error: new LlmError(
        `limitConcurrency: 1 calls run and ${most} wait; ask again later, or raise max or queue`,
        { kind: 'queue-full' },
      ),
    });
    expect(given.state).toEqual({ active: 1, waiting: most, max: 1 });
    expect(given.begun).toEqual(['runs']);
  });

  it('queue: Infinity refuses none', () => {
    const given = setUp({ max: 1, queue: Infinity });
    for (let n = 0; n < 3000; n += 1) given.call(`call ${n}`);
    expect(given.state.waiting).toBe(2999);
  });

  it("priority: is the request's own by default", () => {
    const given = setUp({ max: 1 });
    given.call('first');
    given.call('low', -1);
    given.call('a');
    given.call('high', 5);
    given.call('b');
    for (let n = 0; n < 5; n += 1) given.end(given.running[0]!);
    expect(given.begun).toEqual(['first', 'high', 'a', 'b', 'low']);
  });

  it('priority: may be asked of the request', () => {
    const priority = vi.fn((request: ChatRequest) => Number(request.seed));
    const limit = limitConcurrency({ max: 1, priority });
    const begun: unknown[] = [];
    const ask = compose<ChatRequest, ChatEvent>((request) => {
      begun.push(request.seed);
      return NEVER;
    }, limit);
    const first = watch(ask(prompt('?', { seed: 0, context: { priority: 9 } })));
    for (const seed of [1, 3, 2]) watch(ask(prompt('?', { seed })));
    first.subscription.unsubscribe();
    expect(begun).toEqual([0, 3]);
    expect(priority).toHaveBeenCalledTimes(4);
  });

  it.each([
    [
      () => {
        throw new Error('mine');
      },
      new Error('mine'),
    ],
    [
      () => NaN,
      new RangeError('limitConcurrency: priority must be a number of at least -Infinity, got NaN'),
    ],
    [
      () => 'high' as never,
      new TypeError('limitConcurrency: priority must be a number, got string'),
    ],
  ])('priority: %o is the error of its call alone', (priority, error) => {
    const limit = limitConcurrency({ max: 1, priority });
    const handler = vi.fn(() => of(...answerEvents('fine')));
    const watched = watch(compose<ChatRequest, ChatEvent>(handler, limit)(named('?')));
    expect(watched.end).toEqual({ error });
    expect(handler).not.toHaveBeenCalled();
    expect(watch(handler().pipe(limit)).end).toBe('complete');
  });

  it.each([
    [{ max: 0 }, RangeError, 'max must be a whole number of at least 1, got 0'],
    [{ max: 1.5 }, RangeError, 'max must be a whole number of at least 1, got 1.5'],
    [{ max: NaN }, RangeError, 'max must be a whole number of at least 1, got NaN'],
    [{ max: '4' as never }, TypeError, 'max must be a number, got string'],
    [{} as never, TypeError, 'max must be a number, got undefined'],
    [{ max: 1, queue: -1 }, RangeError, 'queue must be a whole number of at least 0, got -1'],
    [{ max: 1, queue: 0.5 }, RangeError, 'queue must be a whole number of at least 0, got 0.5'],
    [{ max: 1, priority: 3 as never }, TypeError, 'priority must be a function, got number'],
  ])('refuses %o', (options, type, message) => {
    expect(() => limitConcurrency(options)).toThrow(new type(`limitConcurrency: ${message}`));
  });
});

describe('a place of limitConcurrency', () => {
  it('is held from subscribe to completion, not just to the first event', () => {
    marbles(({ events, expectEvents, expectSubscriptions }) => {
      const limit = limitConcurrency({ max: 1 });
      const first = events('-S-a--b|');
      const second = events('-S-(F|)');
      expectEvents(first.pipe(limit)).toBe('-S-a--b|');
      expectEvents(second.pipe(limit)).toBe('--------S-(F|)');
      expectSubscriptions(first.subscriptions).toBe('^------!');
      expectSubscriptions(second.subscriptions).toBe('-------^--!');
    });
  });

  it.each(['complete', 'error', 'unsubscribe'] as const)('is free after %s, once', (how) => {
    const given = setUp({ max: 2 });
    const first = given.call('first');
    for (const name of ['second', 'third', 'fourth']) given.call(name);
    if (how === 'complete') given.end('first');
    else if (how === 'error') given.fail('first', undefined);
    first.subscription.unsubscribe();
    first.subscription.unsubscribe();
    expect(given.begun).toEqual(['first', 'second', 'third']);
    expect(given.state).toEqual({ active: 2, waiting: 1, max: 2 });
    const ends = { complete: 'complete', error: { error: undefined }, unsubscribe: undefined };
    expect(first.end).toEqual(ends[how]);
  });

  it('is free already for those who hear of the end', () => {
    const given = setUp({ max: 1 });
    let state: ConcurrencyState | undefined;
    const look = (): void => {
      state = given.state;
    };
    given.ask(named('a')).subscribe({ complete: look });
    given.end('a');
    expect(state!.active).toBe(0);
    given.ask(named('b')).subscribe({ error: look });
    state = undefined;
    given.fail('b', new Error('mine'));
    expect(state!.active).toBe(0);
  });

  it('is free only when the source of who leaves is left', () => {
    let open = 0;
    let most = 0;
    const source = new Observable<number>(() => {
      open += 1;
      most = Math.max(most, open);
      return () => {
        open -= 1;
      };
    });
    const limit = limitConcurrency<number>({ max: 1 });
    const first = watch(source.pipe(limit));
    watch(source.pipe(limit));
    first.subscription.unsubscribe();
    expect([open, most]).toEqual([1, 1]);
  });

  it('is free for who asks again in the handler of an end', () => {
    const given = setUp({ max: 1, queue: 0 });
    let again: ReturnType<typeof watch> | undefined;
    given.ask(named('a')).subscribe({
      complete: () => {
        again = watch(given.ask(named('b')));
      },
    });
    given.end('a');
    expect(again!.end).toBeUndefined();
    expect(given.running).toEqual(['b']);
  });

  it('is given back when the handler throws, or the source ends at once', () => {
    const limit = limitConcurrency({ max: 1 });
    const thrown = new Error('mine');
    const handlers: Handler[] = [
      () => {
        throw thrown;
      },
      () => throwError(() => thrown),
      () => EMPTY,
      () => of(...answerEvents('fine')),
    ];
    const ends = handlers.map((handler) => watch(compose(handler, limit)(named('?'))).end);
    expect(ends).toEqual([{ error: thrown }, { error: thrown }, 'complete', 'complete']);
    expect(watch(of(start()).pipe(limit)).end).toBe('complete');
  });

  it('is one of the instance: in two pipelines and as an operator', () => {
    const given = setUp({ max: 1 });
    const begun: string[] = [];
    const other = compose<ChatRequest, ChatEvent>(() => {
      begun.push('other');
      return NEVER;
    }, given.limit);
    const first = given.call('first');
    const second = watch(other(named('?')));
    const third = watch(of(start()).pipe(given.limit));
    expect(given.state).toEqual({ active: 1, waiting: 2, max: 1 });
    first.subscription.unsubscribe();
    expect(begun).toEqual(['other']);
    expect(third.end).toBeUndefined();
    second.subscription.unsubscribe();
    expect(third.end).toBe('complete');
  });

  it('is not shared by instances', () => {
    const options = { max: 1 };
    watch(NEVER.pipe(limitConcurrency<unknown>(options)));
    expect(watch(of(1).pipe(limitConcurrency<number>(options))).end).toBe('complete');
  });
});

describe('waiting for limitConcurrency', () => {
  it('is announced, with how many are ahead', () => {
    const given = setUp({ max: 1 });
    given.call('first');
    const calls = [given.call('a'), given.call('b'), given.call('urgent', 1), given.call('c')];
    expect(calls.map(({ values }) => values)).toEqual(
      [0, 1, 0, 3].map((ahead) => [{ type: 'wait', by: 'limitConcurrency', ahead }]),
    );
    expect(watch(of(start()).pipe(given.limit)).values).toEqual([]);
  });

  it('is not announced to who need not wait, nor in streams that are not of chat', () => {
    const given = setUp({ max: 1 });
    expect(given.call('first').values).toEqual([]);
    const limit = limitConcurrency<number>({ max: 1 });
    const embed = compose((text: string) => concat(of(text.length), NEVER), limit);
    const first = watch(embed('a'));
    const second = watch(embed('four'));
    expect(second.values).toEqual([]);
    first.subscription.unsubscribe();
    expect(second.values).toEqual([4]);
  });

  it('can be left, and costs the others nothing', () => {
    const given = setUp({ max: 1, queue: 2 });
    given.call('first');
    const second = given.call('second');
    given.call('third');
    expect(given.call('refused').end).toBeDefined();
    second.subscription.unsubscribe();
    expect(given.state).toEqual({ active: 1, waiting: 1, max: 1 });
    given.call('fourth');
    given.end('first');
    given.end('third');
    expect(given.begun).toEqual(['first', 'third', 'fourth']);
  });

  it('can be left on hearing that one must wait', () => {
    const given = setUp({ max: 1 });
    given.call('first');
    const values = watch(given.ask(named('second')).pipe(take(1))).values;
    expect(values).toHaveLength(1);
    expect(given.state).toEqual({ active: 1, waiting: 0, max: 1 });
    given.end('first');
    expect(given.begun).toEqual(['first']);
  });

  it('may end on hearing that one must wait', () => {
    const given = setUp({ max: 1 });
    given.call('first');
    const second = watch(
      given.ask(named('second')).pipe(tap(({ type }) => type === 'wait' && given.end('first'))),
    );
    expect(given.begun).toEqual(['first', 'second']);
    given.end('second');
    expect(second.end).toBe('complete');
    expect(given.state.active).toBe(0);
  });

  it('starts no work for a caller who leaves as its turn comes', () => {
    const limit = limitConcurrency({ max: 1 });
    const begun: string[] = [];
    const ask = (name: string) =>
      compose<ChatRequest, ChatEvent>(() => {
        begun.push(name);
        return NEVER;
      }, limit)(named(name));
    const first = watch(ask('first'));
    const second = watch(ask('second'));
    limit.state$.subscribe(({ active, waiting }) => {
      if (active === 1 && waiting === 0) second.subscription.unsubscribe();
    });
    first.subscription.unsubscribe();
    expect(begun).toEqual(['first']);
    expect(watch(of(start()).pipe(limit)).end).toBe('complete');
  });

  it('survives a source that breaks the rules at its end', () => {
    const limit = limitConcurrency<number>({ max: 1 });
    const first = watch(NEVER.pipe(limit));
    const rude = new Observable<number>((subscriber) => {
      subscriber.complete();
      return () => {
        throw new Error('a teardown that throws');
      };
    });
    const second = watch(rude.pipe(limit));
    const third = watch(of(3).pipe(limit));
    first.subscription.unsubscribe();
    expect(second.end).toBe('complete');
    expect(third.end).toBe('complete');
    expect(watch(of(4).pipe(limit)).end).toBe('complete');
  });

  it('goes on for the others where one can neither be started nor be told so', () => {
    const reported = vi.fn();
    config.onUnhandledError = reported;
    vi.useFakeTimers();
    try {
      const limit = limitConcurrency<number>({ max: 1 });
      const running = new Subject<number>();
      const broken = new Observable<number>();
      broken.subscribe = () => {
        throw new Error('no subscribe');
      };
      watch(running.pipe(limit));
      watch(broken.pipe(limit)).subscription.add(() => {
        throw new Error('teardown');
      });
      const next = watch(of(1).pipe(limit));
      running.complete();
      vi.runAllTimers();
      expect(next).toMatchObject({ values: [1], end: 'complete' });
      expect(reported).toHaveBeenCalledOnce();
    } finally {
      config.onUnhandledError = null;
      vi.useRealTimers();
    }
  });

  it('keeps the order also for who asks while others get their turn', () => {
    const limit = limitConcurrency<string>({ max: 1 });
    const served: string[] = [];
    const ask = (name: string, then = (): void => undefined): void => {
      of(name)
        .pipe(limit)
        .subscribe({ next: (value) => served.push(value), complete: then });
    };
    const first = watch(NEVER.pipe(limit));
    ask('second', () => {
      ask('fourth');
    });
    ask('third');
    first.subscription.unsubscribe();
    expect(served).toEqual(['second', 'third', 'fourth']);
  });

  it('serves ten thousand that end at once without a deep stack', () => {
    const limit = limitConcurrency<number>({ max: 1, queue: Infinity });
    const first = watch(NEVER.pipe(limit));
    const served: number[] = [];
    for (let n = 0; n < 10_000; n += 1)
      of(n)
        .pipe(limit)
        .subscribe((value) => served.push(value));
    first.subscription.unsubscribe();
    expect(served).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  });

  it('serves a crowd of which half leave, whoever they are', () => {
    const limit = limitConcurrency<number>({ max: 3, queue: Infinity });
    const holders = Array.from({ length: 3 }, () => watch(NEVER.pipe(limit)));
    const served: number[] = [];
    const count = 20_000;
    const subscriptions = Array.from({ length: count }, (_, n) =>
      of(n)
        .pipe(limit)
        .subscribe((value) => served.push(value)),
    );
    for (let n = count - 1; n >= 0; n -= 2) subscriptions[n]!.unsubscribe();
    for (const { subscription } of holders) subscription.unsubscribe();
    expect(served).toHaveLength(count / 2);
    expect(served.every((value, at) => value === at * 2)).toBe(true);
  });
});

describe('limitConcurrency', () => {
  it('shows its state, first the present one', () => {
    const given = setUp({ max: 1 });
    const seen = given.states.map(({ active, waiting }) => [active, waiting]);
    expect(seen).toEqual([[0, 0]]);
    given.call('first');
    const second = given.call('second');
    expect(given.states.at(-1)).toEqual({ active: 1, waiting: 1, max: 1 });
    const late: ConcurrencyState[] = [];
    given.limit.state$.subscribe((state) => late.push(state));
    expect(late).toEqual([{ active: 1, waiting: 1, max: 1 }]);
    given.end('first');
    second.subscription.unsubscribe();
    expect(late.at(-1)).toEqual({ active: 0, waiting: 0, max: 1 });
    expect(late.every(({ active }) => active <= 1)).toBe(true);
  });

  it('tells who watches of what changes while they are told the present state', () => {
    const limit = limitConcurrency<number>({ max: 3 });
    const active: number[] = [];
    limit.state$.subscribe((state) => {
      active.push(state.active);
      if (state.active < state.max) watch(NEVER.pipe(limit));
    });
    expect(active).toEqual([0, 1, 2, 3]);
  });

  it('is cold, and each subscription is a call', () => {
    const handler = vi.fn(() => of(...answerEvents('fine')));
    const limit = limitConcurrency({ max: 1 });
    const call = compose<ChatRequest, ChatEvent>(handler, limit)(named('?'));
    expect(handler).not.toHaveBeenCalled();
    watch(call);
    watch(call);
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('stops a firehose, running or granted', () => {
    const limit = limitConcurrency<number>({ max: 1 });
    const source = new Observable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed; n += 1) subscriber.next(n);
    });
    expect(watch(source.pipe(limit, take(3))).values).toEqual([0, 1, 2]);
    const holder = watch(NEVER.pipe(limit));
    const waiting = watch(source.pipe(limit, take(3)));
    holder.subscription.unsubscribe();
    expect(waiting.values).toEqual([0, 1, 2]);
  });

  it.each([undefined, null, 0, 'text'])('takes a request of any type: %o', (request) => {
    const limit = limitConcurrency<string>({ max: 1 });
    expect(watch(compose((given: unknown) => of(String(given)), limit)(request)).values).toEqual([
      String(request),
    ]);
  });
});

describe('a limit that changes', () => {
  it('lets more calls run as it grows, and none of them go as it shrinks', () => {
    const max = new BehaviorSubject(1);
    const limit = limitConcurrency({ max });
    const calls = [NEVER, NEVER, NEVER, NEVER].map((call) => watch(call.pipe(limit)));
    const states: ConcurrencyState[] = [];
    limit.state$.subscribe((state) => states.push(state));
    max.next(3);
    expect(states.at(-1)).toEqual({ active: 3, waiting: 1, max: 3 });
    max.next(1);
    expect(states.at(-1)).toEqual({ active: 3, waiting: 1, max: 1 });
    calls[0]!.subscription.unsubscribe();
    calls[1]!.subscription.unsubscribe();
    expect(states.at(-1)).toEqual({ active: 1, waiting: 1, max: 1 });
    calls[2]!.subscription.unsubscribe();
    expect(states.at(-1)).toEqual({ active: 1, waiting: 0, max: 1 });
    calls[3]!.subscription.unsubscribe();
    expect(max.observed).toBe(false);
  });

  it('needs a first value', () => {
    const limit = limitConcurrency({ max: new Subject<number>() });
    expect(watch(NEVER.pipe(limit)).end).toMatchObject({
      error: {
        message: expect.stringContaining('limitConcurrency: max has no value yet') as string,
      },
    });
    expect(watch(limit.state$).values).toEqual([{ active: 0, waiting: 0, max: 0 }]);
  });

  it.each<[string, (end: () => void) => LimitConcurrencyOptions]>([
    ['sets the limit', (end) => ({ max: of(1).pipe(tap(end)) })],
    ['sets the priority', (end) => ({ max: 1, priority: () => (end(), 0) })],
  ])('keeps no place for a call that was ended by who %s', (_, options) => {
    const left = new Subject<void>();
    const limit = limitConcurrency(
      options(() => {
        left.next();
      }),
    );
    const ask = compose<ChatRequest, ChatEvent>(() => NEVER, limit);
    const call = watch(ask(named('a')).pipe(takeUntil(left)));
    expect(call.end).toBe('complete');
    expect(watch(limit.state$).values).toEqual([{ active: 0, waiting: 0, max: 1 }]);
  });

  it('tells a call of its wait before it goes, also when who watches makes room', () => {
    const limit = limitConcurrency({ max: 1 });
    const ask = compose<ChatRequest, ChatEvent>(() => concat(of(start()), NEVER), limit);
    const first = watch(ask(named('a')));
    limit.state$.subscribe(({ waiting }) => {
      if (waiting > 0) first.subscription.unsubscribe();
    });
    const second = watch(ask(named('b')));
    expect(second.values).toEqual([{ type: 'wait', by: 'limitConcurrency', ahead: 0 }, start()]);
  });
});
