import {
  concat,
  defer,
  map,
  NEVER,
  Observable,
  of,
  take,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent, RetryEvent } from '../../src/event/chat-event';
import { compose, type Handler } from '../../src/handler';
import { deadlines } from '../../src/policy/deadlines';
import { retryBackoff, type RetryBackoffOptions } from '../../src/policy/retry-backoff';
import { RetryBudget } from '../../src/policy/state/retry-budget';
import { prompt } from '../../src/request/messages';
import {
  answerEvents,
  fakeHandler,
  marbles,
  overloadedError,
  retract,
  start,
  textDelta,
} from '../../src/testing/index';
import { seededRandom, watch } from '../support/watch';

const question = prompt('question');
const server = new LlmError('fake: broken', { kind: 'server' });
const overloaded = new LlmError('fake: overloaded', { kind: 'overloaded' });
const limited = new LlmError('fake: too many requests', { kind: 'rate-limited' });
const failing = (error: unknown): Observable<never> => throwError(() => error);

/** A call that fails `failures` times, run to its end in virtual time. */
function run(
  options: RetryBackoffOptions,
  given: { error?: unknown; failures?: number; before?: readonly ChatEvent[] } = {},
) {
  const { failures = Infinity, before = [] } = given;
  const error = 'error' in given ? given.error : server;
  const scheduler = new VirtualTimeScheduler();
  let calls = 0;
  const handler: Handler = () => {
    calls += 1;
    return calls > failures ? of(...answerEvents('fine')) : concat(of(...before), failing(error));
  };
  const policy = retryBackoff({ scheduler, random: () => 1, ...options });
  const watched = watch(compose(handler, policy)(question));
  scheduler.flush();
  const retries = watched.values.filter((event) => event.type === 'retry');
  return {
    ...watched,
    end: watched.end,
    calls,
    delays: retries.map(({ delay }) => delay),
    retries,
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the options of retryBackoff', () => {
  it.each([
    [{}, 3],
    [{ attempts: 1 }, 1],
    [{ attempts: 2 }, 2],
    [{ attempts: 5 }, 5],
  ])('attempts: %o makes %i calls', (options, calls) => {
    expect(run(options).calls).toBe(calls);
  });

  it('attempts: as many as the time allows are no reason to ask nobody', () => {
    const clock = new VirtualTimeScheduler();
    const ask = compose(
      () => of(...answerEvents('fine')),
      retryBackoff({ attempts: Infinity, scheduler: clock }),
      deadlines({ total: 60_000, scheduler: clock }),
    );
    expect(watch(ask(question)).end).toBe('complete');
  });

  it('attempts: the last error ends the call', () => {
    expect(run({ attempts: 2 }).end).toEqual({ error: server });
    expect(run({ attempts: 3 }, { failures: 2 }).end).toBe('complete');
  });

  it.each([
    [{}, server, [500, 1000]],
    [{ base: 100 }, server, [100, 200]],
    [{ base: 100, attempts: 5 }, server, [100, 200, 400, 800]],
    [{ base: 100 }, overloaded, [1000, 2000]],
    [{ base: 0 }, server, [0, 0]],
  ])('base: %o waits at most %o before the retries', (options, error, delays) => {
    expect(run(options, { error }).delays).toEqual(delays);
  });

  it.each([
    [{}, overloaded, [1000, 2000]],
    [{}, limited, [1000, 2000]],
    [{}, server, [500, 1000]],
    [{ throttledBase: 30 }, overloaded, [30, 60]],
    [{ throttledBase: 30 }, limited, [30, 60]],
    [{ throttledBase: 30 }, server, [500, 1000]],
    [{ base: 3000 }, overloaded, [3000, 6000]],
    [{ base: 3000, throttledBase: 0 }, overloaded, [0, 0]],
    [{ throttledBase: 80, cap: 100 }, overloaded, [80, 100]],
    // What was asked for is known, so that nothing needs to be guessed.
    [{ base: 10 }, new LlmError('fake', { kind: 'rate-limited', retryAfter: 5 }), [10, 20]],
    [{ base: 10 }, new LlmError('fake', { kind: 'overloaded', retryAfter: 5 }), [1000, 2000]],
  ])('throttledBase: %o and %o make it wait for at most %o', (options, error, delays) => {
    expect(run(options, { error }).delays).toEqual(delays);
  });

  it.each([
    [{ base: 100, cap: 150, attempts: 4 }, [100, 150, 150]],
    [{ base: 40_000 }, [40_000, 60_000]],
    [{ base: 100, cap: 0 }, [0, 0]],
  ])('cap: %o bounds the waits to %o', (options, delays) => {
    expect(run(options).delays).toEqual(delays);
  });

  it('random: says where between 0 and the limit a wait lies', () => {
    const random = seededRandom(1);
    const same = seededRandom(1);
    expect(run({ base: 100, random }).delays).toEqual([100 * same(), 200 * same()]);
  });

  it('random: is Math.random by default', () => {
    const spy = vi.spyOn(Math, 'random').mockReturnValue(0.25);
    expect(run({ base: 100, random: undefined }).delays).toEqual([25, 50]);
    spy.mockRestore();
  });

  it('scheduler: is the only clock', () => {
    vi.useFakeTimers();
    const scheduler = new VirtualTimeScheduler();
    const handler = fakeHandler(failing(server), answerEvents('fine'));
    const watched = watch(
      compose(handler, retryBackoff({ base: 70, random: () => 1, scheduler }))(question),
    );
    expect(vi.getTimerCount()).toBe(0);
    scheduler.flush();
    expect(scheduler.now()).toBe(70);
    expect(watched.end).toBe('complete');
  });

  it('scheduler: is real time by default', () => {
    vi.useFakeTimers();
    const handler = fakeHandler(failing(server), answerEvents('fine'));
    const watched = watch(compose(handler, retryBackoff({ base: 70, random: () => 1 }))(question));
    vi.advanceTimersByTime(69);
    expect(handler.requests).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(watched.end).toBe('complete');
  });

  it.each([
    ['retries what it says, however final it looks', () => true, new TypeError('no'), 3],
    ['retries nothing that it refuses', () => false, server, 1],
  ])('retryOn: %s', (_, retryOn, error, calls) => {
    expect(run({ retryOn }, { error }).calls).toBe(calls);
  });

  it('retryOn: gets the error itself', () => {
    const error = { strange: true };
    const retryOn = vi.fn(() => false);
    run({ retryOn }, { error });
    expect(retryOn).toHaveBeenCalledExactlyOnceWith(error);
  });

  it("afterOutput: 'error' gives up, once something was said", () => {
    const given = { before: [start(), textDelta('a')], failures: 1 };
    const broken = run({ afterOutput: 'error' }, given);
    expect(broken.values).toEqual(given.before);
    expect(broken.end).toEqual({ error: server });
    expect(broken.calls).toBe(1);
    expect(run({ afterOutput: 'error' }, { before: [start()], failures: 1 }).calls).toBe(2);
  });

  it.each([{}, { afterOutput: 'retract' as const }])(
    'afterOutput: %o takes back what was said, then tries again',
    (options) => {
      const before = [start(), textDelta('a')];
      const { values, calls } = run(options, { before, failures: 1 });
      expect(calls).toBe(2);
      expect(values).toEqual([
        ...before,
        retract(),
        { type: 'retry', attempt: 2, delay: 500, error: server },
        ...answerEvents('fine'),
      ]);
    },
  );

  it.each([
    [{ attempts: 0 }, RangeError, 'attempts must be a whole number of at least 1, got 0'],
    [{ attempts: 1.5 }, RangeError, 'attempts must be a whole number of at least 1, got 1.5'],
    [{ attempts: NaN }, RangeError, 'attempts must be a whole number of at least 1, got NaN'],
    [{ attempts: '3' as never }, TypeError, 'attempts must be a number, got string'],
    [{ base: -1 }, RangeError, 'base must be a number of at least 0, got -1'],
    [{ base: NaN }, RangeError, 'base must be a number of at least 0, got NaN'],
    [{ throttledBase: -1 }, RangeError, 'throttledBase must be a number of at least 0, got -1'],
    [{ cap: -1 }, RangeError, 'cap must be a number of at least 0, got -1'],
    [{ budget: -0.1 }, RangeError, 'budget must be a number of at least 0, got -0.1'],
    [{ budget: NaN }, RangeError, 'budget must be a number of at least 0, got NaN'],
    [{ budget: '0.2' as never }, TypeError, 'budget must be a number, got string'],
    [{ budget: {} as never }, TypeError, 'budget must be a number, got object'],
    [
      { afterOutput: 'ignore' as never },
      TypeError,
      "afterOutput must be one of 'retract', 'error', got ignore",
    ],
    [{ retryOn: true as never }, TypeError, 'retryOn must be a function, got boolean'],
    [{ random: 0.5 as never }, TypeError, 'random must be a function, got number'],
  ])('refuses %o', (options, type, message) => {
    expect(() => retryBackoff(options)).toThrow(new type(`retryBackoff: ${message}`));
  });
});

describe('what retryBackoff retries', () => {
  it.each([
    ['rate-limited', true],
    ['overloaded', true],
    ['server', true],
    ['network', true],
    ['timed-out', true],
    ['truncated', true],
    ['malformed', true],
    ['invalid-request', false],
    ['unauthorized', false],
    ['quota-exhausted', false],
    ['content-filtered', false],
    ['context-too-long', false],
    ['circuit-open', false],
    ['queue-full', false],
    ['budget-exceeded', false],
    ['validation', false],
    ['retracted', false],
    ['exhausted', false],
  ] as const)('%s: %s', (kind, retried) => {
    expect(run({}, { error: new LlmError('fake', { kind }) }).calls).toBe(retried ? 3 : 1);
  });

  it('believes an error that says whether it may be retried', () => {
    const final = new LlmError('fake', { kind: 'server', retryable: false });
    const mendable = new LlmError('fake', { kind: 'invalid-request', retryable: true });
    expect(run({}, { error: final }).calls).toBe(1);
    expect(run({}, { error: mendable }).calls).toBe(3);
  });

  it.each([
    [{ status: 503 }, 3],
    [{ status: 429 }, 3],
    [{ statusCode: 500 }, 3],
    [Object.assign(new Error('no'), { code: 'ECONNRESET' }), 3],
    [{ status: 400 }, 1],
    [{ status: 401 }, 1],
    [new Error('no'), 1],
    [undefined, 1],
    [null, 1],
    [0, 1],
    ['', 1],
    ['no', 1],
  ])('a foreign error %o is asked %i times, and forwarded as it is', (error, calls) => {
    const failed = run({}, { error });
    expect(failed.calls).toBe(calls);
    expect(failed.end).toEqual({ error });
    expect((failed.end as { error: unknown }).error).toBe(error);
  });

  it('a handler that throws, or returns nothing to subscribe to', () => {
    const scheduler = new VirtualTimeScheduler();
    let calls = 0;
    const throwing: Handler = () => {
      calls += 1;
      if (calls === 1) throw server;
      return of(...answerEvents('fine'));
    };
    const watched = watch(compose(throwing, retryBackoff({ scheduler }))(question));
    scheduler.flush();
    expect(watched.end).toBe('complete');
    const handler = (() => undefined) as unknown as Handler;
    const nothing = watch(compose(handler, retryBackoff({ attempts: 1 }))(question));
    expect(nothing.end).toEqual({ error: expect.any(TypeError) as unknown });
  });

  it.each(['retryOn', 'random'])('a throwing %s is the error of the call', (name) => {
    const thrown = new Error('mine');
    const options = {
      [name]: () => {
        throw thrown;
      },
    };
    const { end, calls } = run(options);
    expect(end).toEqual({ error: thrown });
    expect(calls).toBe(1);
  });
});

describe('the hints of a server', () => {
  const hinted = (retryAfter: number, kind = 'rate-limited' as const): LlmError =>
    new LlmError('fake', { kind, retryAfter });

  it.each([
    ['a floor: it waits no less', hinted(2000), [2000, 2000]],
    ['a floor: it may wait longer', hinted(700), [700, 1000]],
    ['the cap itself is waited for', hinted(60_000), [60_000, 60_000]],
    ['a hint of nothing changes nothing', hinted(0), [500, 1000]],
    ['nonsense changes nothing', hinted(NaN), [500, 1000]],
    ['what is past changes nothing', hinted(-5), [500, 1000]],
  ])('%s', (_, error, delays) => {
    expect(run({}, { error }).delays).toEqual(delays);
  });

  it('is kept to the millisecond, with any luck', () => {
    const lucky = run({ random: () => 0 }, { error: hinted(1234.5) });
    expect(lucky.delays).toEqual([1234.5, 1234.5]);
  });

  it.each([60_001, 9_999_999_999_000, Infinity])(
    'a wait of %d ms, over the cap, ends the retries at once',
    (retryAfter) => {
      const failed = run({}, { error: hinted(retryAfter) });
      expect(failed.calls).toBe(1);
      expect(failed.end).toEqual({ error: hinted(retryAfter) });
    },
  );

  it('costs no budget when it ends the retries', () => {
    const budget = new RetryBudget();
    run({ budget }, { error: hinted(60_001) });
    expect(budget.available).toBe(10);
  });

  it.each([2 ** 31, 2 ** 40, Infinity])(
    'a wait of %d ms never reaches a timer that would fire at once',
    (retryAfter) => {
      const { delays } = run({ cap: Infinity }, { error: hinted(retryAfter) });
      expect(delays).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
    },
  );

  it('nor does a backoff that has grown without bound', () => {
    const { delays } = run({ base: 1, cap: Infinity, attempts: 2000, budget: Infinity });
    expect(delays).toHaveLength(1999);
    expect(Math.max(...delays)).toBe(2 ** 31 - 1);
  });

  it.each([
    ['luck', { base: 1, random: () => 0 }],
    ['a base', { base: 0 }],
  ])('nor does %s of 0, however often it is doubled', (_, options) => {
    const { delays } = run({ cap: Infinity, attempts: 2000, budget: Infinity, ...options });
    expect(new Set(delays)).toEqual(new Set([0]));
  });
});

describe('the budget of retryBackoff', () => {
  it('0 allows no retry', () => {
    expect(run({ budget: 0 }).calls).toBe(1);
  });

  it('Infinity allows all', () => {
    expect(run({ budget: Infinity, attempts: 500 }).calls).toBe(500);
  });

  describe('an allowance', () => {
    const allowance = (granted = Infinity) => {
      const told: unknown[] = [];
      return {
        told,
        deposit: () => told.push('call'),
        withdraw: (failure: unknown) => told.push(['more?', failure]) > 0 && granted-- > 0,
        charge: (failure: unknown) => told.push(['failure', failure]),
        repay: (retried: unknown) => told.push(['success', retried]),
      };
    };

    it('hears of the call, of each failure and of the success', () => {
      const budget = allowance();
      run({ budget }, { failures: 1 });
      expect(budget.told).toEqual([
        ...['call', ['failure', server], ['more?', server]],
        ['success', server],
      ]);
    });

    it('hears of a success at once as one without a retry', () => {
      const budget = allowance();
      run({ budget }, { failures: 0 });
      expect(budget.told).toEqual(['call', ['success', undefined]]);
    });

    it('hears of failures after which there is no retry, but is not asked for one', () => {
      const budget = allowance();
      run({ budget, attempts: 1 });
      expect(budget.told).toEqual(['call', ['failure', server]]);
      const said = allowance();
      run({ budget: said, afterOutput: 'error' }, { before: [start(), textDelta('a')] });
      expect(said.told).toEqual(['call', ['failure', server]]);
    });

    it('hears of a server that forbids retries, and not of what no retry can mend', () => {
      const forbidden = new LlmError('fake', { kind: 'server', retryable: false });
      const invalid = new LlmError('fake', { kind: 'invalid-request' });
      const [first, second] = [allowance(), allowance()];
      run({ budget: first }, { error: forbidden });
      run({ budget: second }, { error: invalid });
      expect(first.told).toEqual(['call', ['failure', forbidden]]);
      expect(second.told).toEqual(['call']);
    });

    it('ends the call when it grants nothing', () => {
      const { calls, end } = run({ budget: allowance(1) });
      expect([calls, end]).toEqual([2, { error: server }]);
    });

    it('does not hear twice of what an inner layer has retried', () => {
      const scheduler = new VirtualTimeScheduler();
      const [inner, outer] = [allowance(0), allowance()];
      const ask = compose(
        (): Observable<ChatEvent> => failing(server),
        retryBackoff({ scheduler, budget: inner }),
        retryBackoff({ scheduler, budget: outer }),
      );
      watch(ask(question));
      scheduler.flush();
      expect(outer.told).toEqual(['call']);
    });

    it('hears nothing of a call that was left', () => {
      const budget = allowance();
      const ask = compose<unknown, ChatEvent>(() => NEVER, retryBackoff({ budget }));
      watch(ask(question)).subscription.unsubscribe();
      expect(budget.told).toEqual(['call']);
    });
  });

  it('is one for all that share it', () => {
    const budget = new RetryBudget({ ratio: 0.1 });
    const calls = Array.from({ length: 8 }, () => run({ budget }).calls);
    expect(calls).toEqual([3, 3, 3, 3, 3, 1, 1, 1]);
    expect(run({}).calls).toBe(3);
  });
});

describe('the wait of retryBackoff', () => {
  it('is spread evenly: full jitter', () => {
    const random = seededRandom(42);
    const delays = Array.from(
      { length: 10_000 },
      () => run({ base: 1000, attempts: 2, random, budget: 1 }, { failures: 1 }).delays[0]!,
    ).sort((a, b) => a - b);
    // Kolmogorov and Smirnov: the largest distance between what came and an even spread.
    const distance = Math.max(
      ...delays.map((delay, at) => Math.abs(delay / 1000 - (at + 0.5) / delays.length)),
    );
    expect(distance * Math.sqrt(delays.length)).toBeLessThan(1.63);
    expect(delays[0]).toBeGreaterThanOrEqual(0);
    expect(delays.at(-1)).toBeLessThan(1000);
  });

  it('is told with one retraction for each attempt that had said something', () => {
    const scheduler = new VirtualTimeScheduler();
    const said = concat(of(start(), textDelta('a')), failing(server));
    const handler = fakeHandler(said, failing(server), said, answerEvents('fine'));
    const policy = retryBackoff({ scheduler, attempts: 4 });
    const watched = watch(compose(handler, policy)(question));
    scheduler.flush();
    expect(watched.values.map(({ type }) => type)).toEqual([
      ...['start', 'text-delta', 'retract', 'retry', 'retry'],
      ...['start', 'text-delta', 'retract', 'retry'],
      ...['start', 'text-delta', 'finish'],
    ]);
  });

  it('leaves no timer when the caller leaves, and asks no more', () => {
    vi.useFakeTimers();
    const handler = fakeHandler(failing(server), answerEvents('fine'));
    const { subscription } = watch(compose(handler, retryBackoff())(question));
    expect(vi.getTimerCount()).toBe(1);
    subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100_000);
    expect(handler.requests).toHaveLength(1);
  });

  it.each(['retract', 'retry'])('leaves no timer when the caller leaves on hearing %s', (type) => {
    vi.useFakeTimers();
    const broken = concat(of(start(), textDelta('a')), failing(server));
    const handler = fakeHandler(broken, answerEvents('fine'));
    const seen: string[] = [];
    const subscription = compose(
      handler,
      retryBackoff(),
    )(question)
      .pipe(
        map((event) => {
          seen.push(event.type);
          return event;
        }),
        take(type === 'retract' ? 3 : 4),
      )
      .subscribe();
    expect(subscription.closed).toBe(true);
    expect(seen.at(-1)).toBe(type);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves the attempt that runs', () => {
    const scheduler = new VirtualTimeScheduler();
    const handler = fakeHandler(failing(server), concat(of(start()), NEVER));
    const { subscription } = watch(compose(handler, retryBackoff({ scheduler }))(question));
    scheduler.flush();
    expect(handler.active).toBe(1);
    subscription.unsubscribe();
    expect(handler.active).toBe(0);
  });
});

describe('retryBackoff on a plain Observable', () => {
  const flaky = <T>(failures: number, ...values: readonly T[]): Observable<T> => {
    let calls = 0;
    return defer(() => {
      calls += 1;
      return calls > failures ? of(...values) : failing({ status: 503 });
    });
  };

  it('retries, and adds nothing to the values', () => {
    const scheduler = new VirtualTimeScheduler();
    const watched = watch(flaky(2, 1, 2).pipe(retryBackoff({ scheduler })));
    scheduler.flush();
    expect(watched.values).toEqual([1, 2]);
    expect(watched.end).toBe('complete');
  });

  it.each([
    ['numbers', [0]],
    ['nothing at all', [undefined]],
    ['null', [null]],
    ['objects', [{ status: 200 }]],
    ['objects of a foreign kind', [{ type: 'start' }]],
    ['objects that tell of a foreign wait', [{ type: 'wait' }, { type: 'finish' }]],
    ['a plain value, then a delta', ['x', textDelta('a')]],
    ['a plain value, a delta and a retraction', ['x', textDelta('a'), retract()]],
  ])('never says a value twice: %s', (_, values) => {
    const scheduler = new VirtualTimeScheduler();
    const source = concat(of<unknown[]>(...values), failing(server));
    const watched = watch(source.pipe(retryBackoff<unknown>({ scheduler })));
    scheduler.flush();
    expect(watched.values).toEqual(values);
    expect(watched.end).toEqual({ error: server });
  });

  it('knows chat events also there', () => {
    const scheduler = new VirtualTimeScheduler();
    const before = [start(), textDelta('a')];
    const handler = fakeHandler(concat(of(...before), failing(server)), answerEvents('fine'));
    const watched = watch(handler(question).pipe(retryBackoff({ scheduler, random: () => 1 })));
    scheduler.flush();
    expect(watched.values).toEqual([
      ...before,
      retract(),
      { type: 'retry', attempt: 2, delay: 500, error: server },
      ...answerEvents('fine'),
    ]);
  });

  it('says nothing of its retries to a handler that is not of chat', () => {
    const scheduler = new VirtualTimeScheduler();
    let calls = 0;
    const embed = (text: string): Observable<number[]> => {
      calls += 1;
      return calls === 1 ? failing(server) : of([text.length]);
    };
    const watched = watch(compose(embed, retryBackoff({ scheduler }))('four'));
    scheduler.flush();
    expect(watched.values).toEqual([[4]]);
  });
});

describe('retryBackoff', () => {
  it('ends one attempt before it begins the next', () => {
    marbles(({ events, expectEvents, expectSubscriptions }) => {
      const first = events('-#');
      const second = events('S----a-(F|)');
      const ask = compose(fakeHandler(first, second), retryBackoff({ base: 0, random: () => 0 }));
      const error = overloadedError();
      const retry: RetryEvent = { type: 'retry', attempt: 2, delay: 0, error };
      expectEvents(ask(question)).toBe('-(rS)-a-(F|)', { r: retry });
      expectSubscriptions(first.subscriptions).toBe('^!');
      expectSubscriptions(second.subscriptions).toBe('-^------!');
    });
  });

  it('stops a firehose', () => {
    const source = new Observable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed; n += 1) subscriber.next(n);
    });
    const watched = watch(source.pipe(retryBackoff(), take(3)));
    expect(watched.values).toEqual([0, 1, 2]);
  });

  it('begins anew with each subscription', () => {
    const scheduler = new VirtualTimeScheduler();
    const handler = vi.fn<Handler>(() => failing(server));
    const call = compose(handler, retryBackoff({ scheduler, attempts: 2 }))(question);
    expect(handler).not.toHaveBeenCalled();
    watch(call);
    watch(call);
    scheduler.flush();
    expect(handler).toHaveBeenCalledTimes(4);
  });
});
