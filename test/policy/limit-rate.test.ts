import fc from 'fast-check';
import {
  BehaviorSubject,
  concat,
  config,
  mergeMap,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  takeUntil,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent, RateAllowances } from '../../src/event/chat-event';
import { compose } from '../../src/handler';
import { limitRate, type LimitRateOptions, type RateState } from '../../src/policy/limit-rate';
import { prompt } from '../../src/request/messages';
import type { ChatRequest } from '../../src/request/chat-request';
import { answerEvents, finish, start, textDelta, usage } from '../../src/testing/index';
import { adjustableClock } from '../support/adjustable-clock';
import { seededRandom, watch } from '../support/watch';

/** A limit on a virtual clock, before a handler that notes when it is asked. */
function setUp(
  options: LimitRateOptions,
  answer: (request: ChatRequest) => Observable<ChatEvent> = () => of(...answerEvents('fine')),
) {
  const clock = new VirtualTimeScheduler();
  const limit = limitRate({ scheduler: clock, ...options });
  const sent: { name: string; at: number }[] = [];
  const ask = compose((request: ChatRequest) => {
    sent.push({ name: String(request.seed), at: clock.now() });
    return answer(request);
  }, limit);
  const states: RateState[] = [];
  limit.state$.subscribe((now) => states.push(now));
  return {
    clock,
    limit,
    sent,
    ask: (name: number, rest: Omit<ChatRequest, 'messages'> = {}) =>
      watch(ask(prompt('?', { seed: name, ...rest }))),
    /** Runs the clock to this time, or until nothing is left to do. */
    runTo: (time = Infinity): void => {
      clock.maxFrames = time;
      clock.flush();
      if (time !== Infinity) clock.frame = Math.max(clock.frame, time);
    },
    get times() {
      return sent.map(({ at }) => at);
    },
    get names() {
      return sent.map(({ name }) => Number(name));
    },
    states,
    get state() {
      return watch(limit.state$.pipe(take(1))).values[0]!;
    },
  };
}

const limited = (retryAfter: number): { error: LlmError } => ({
  error: new LlmError(
    `limitRate: the limit is used up for ${String(retryAfter)} ms more; ask again then, ` +
      'raise requests or tokens, or let calls wait for longer by mode and maxWait',
    { kind: 'rate-limited', retryable: false, retryAfter },
  ),
});
const used = (inputTokens: number, outputTokens: number): ChatEvent =>
  usage({ inputTokens, outputTokens });
const rated = (rateLimit: RateAllowances): Observable<ChatEvent> =>
  of(start({ rateLimit }), textDelta('a'), finish());

afterEach(() => {
  vi.useRealTimers();
});

describe('the options of limitRate', () => {
  it.each([
    [{ requests: 1 }, [0, 61_800, 123_600, 185_400]],
    [{ requests: 2 }, [0, 0, 61_800, 61_800]],
    [{ requests: 2, per: 1000 }, [0, 0, 1030, 1030]],
    [{ requests: 3, per: 1000 }, [0, 0, 0, 1030]],
    [{ requests: 4, per: 1000, burst: 1 }, [0, 250, 500, 750]],
    [{ requests: 4, per: 1000, burst: 2 }, [0, 0, 250, 500]],
    [{ requests: 4, per: 1000, burst: 9 }, [0, 0, 0, 0]],
    [{ requests: Infinity }, [0, 0, 0, 0]],
    [{ tokens: 100, per: 1000, estimate: (): number => 50 }, [0, 0, 1030, 1030]],
    [{ tokens: 100, per: 1000, estimate: (): number => 30 }, [0, 0, 0, 1030]],
    [{ requests: 1, tokens: 100, per: 1000, estimate: (): number => 50 }, [0, 1030, 2060, 3090]],
  ])('requests, tokens, per, burst, estimate: %o sends at %o', (options, times) => {
    const given = setUp(options, () => of(start(), textDelta('a'), finish()));
    for (let n = 0; n < 4; n += 1) given.ask(n);
    given.runTo();
    expect(given.times).toEqual(times);
  });

  it('burst: spaces those who wait by the limit that is, whatever it was', () => {
    const requests = new BehaviorSubject(1);
    const given = setUp({ requests, burst: 1, per: 1000 });
    for (let n = 0; n < 3; n += 1) given.ask(n);
    given.runTo(500);
    requests.next(10);
    given.runTo(560);
    requests.next(5);
    given.runTo();
    // Half a wait of 1000, as half a wait of 100; and nine tenths of that, as those of 200.
    expect(given.times).toEqual([0, 550, 740]);
  });

  it.each(['requests', 'tokens', 'burst'] as const)('%s: may change while calls wait', (option) => {
    const value = new BehaviorSubject(1);
    const rest = option === 'burst' ? { requests: 4 } : {};
    const given = setUp({ per: 1000, estimate: (): number => 1, ...rest, [option]: value });
    for (let n = 0; n < 4; n += 1) given.ask(n);
    expect(given.times).toEqual([0]);
    given.runTo(100);
    value.next(3);
    expect(given.times).toEqual([0, 100, 100]);
    given.runTo();
    expect(value.observed).toBe(false);
  });

  it("mode: 'reject' never waits", () => {
    const given = setUp({ requests: 1, per: 1000, mode: 'reject' });
    expect(given.ask(0).end).toBe('complete');
    given.runTo(400);
    const refused = given.ask(1);
    expect(refused.end).toEqual(limited(630));
    expect((refused.end as { error: unknown }).error).toMatchObject({ failover: true });
    given.runTo(1030);
    expect(given.ask(2).end).toBe('complete');
  });

  it.each([
    [undefined, [0, 1030, 2060, 3090]],
    [1029, [0]],
    [1030, [0, 1030]],
    [2500, [0, 1030, 2060]],
  ])('maxWait: of %o lets calls go at %o, and fails the others at once', (maxWait, times) => {
    const given = setUp({ requests: 1, per: 1000, maxWait });
    const calls = Array.from({ length: 4 }, (_, n) => given.ask(n));
    expect(calls.filter(({ end }) => end !== undefined)).toHaveLength(1 + 4 - times.length);
    given.runTo();
    expect(given.times).toEqual(times);
  });

  it('maxWait: tells when to ask again', () => {
    const given = setUp({ requests: 1, per: 1000, maxWait: 1500 });
    const calls = Array.from({ length: 3 }, (_, n) => given.ask(n));
    expect(calls[2]!.end).toEqual(limited(2060));
    expect(calls[2]!.values).toEqual([]);
  });

  it('maxWait: fails who is overtaken, as soon as that is known', () => {
    const given = setUp({ requests: 1, per: 1000, maxWait: 1500 });
    given.ask(0);
    const overtaken = given.ask(1);
    given.runTo(10);
    given.ask(2, { context: { priority: 1 } });
    expect(overtaken.end).toEqual(limited(2050));
    given.runTo();
    expect(given.names).toEqual([0, 2]);
  });

  it('maxWait: sends nothing for who is overtaken, though it raises the limit on hearing of that', () => {
    const requests = new BehaviorSubject(1);
    const clock = new VirtualTimeScheduler();
    const limit = limitRate({ requests, per: 1000, maxWait: 1500, scheduler: clock });
    const sent: string[] = [];
    const ask = (name: string, priority: number, error = (): void => undefined): void => {
      const request = prompt(name, { context: { priority } });
      compose(
        () => of(...answerEvents(String(sent.push(name)))),
        limit,
      )(request).subscribe({ error });
    };
    ask('first', 0);
    ask('overtaken', 0, () => {
      requests.next(10);
    });
    ask('urgent', 1);
    expect(sent).toEqual(['first', 'urgent']);
  });

  it('maxWait: fails all who are overtaken, though what is torn down with one of them throws', () => {
    vi.useFakeTimers();
    const unhandled = vi.fn();
    const thrown = new Error('thrown');
    config.onUnhandledError = unhandled;
    const estimate = ({ seed = 0 }: ChatRequest): number => seed;
    const given = setUp({ tokens: 100, per: 1000, maxWait: 1500, estimate });
    given.ask(100);
    const overtaken = [given.ask(10), given.ask(11)];
    overtaken[0]!.subscription.add(() => {
      throw thrown;
    });
    given.ask(99, { context: { priority: 1 } });
    vi.runAllTimers();
    vi.useRealTimers();
    config.onUnhandledError = null;
    for (const { end } of overtaken) expect(end).toEqual(limited(2060));
    expect(unhandled).toHaveBeenCalledWith(expect.objectContaining({ errors: [thrown] }));
    given.runTo();
    expect(given.names).toEqual([100, 99]);
  });

  it('maxWait: fails who has waited so long, whatever was foreseen', () => {
    const given = setUp(
      { tokens: 100, per: 1000, maxWait: 500, estimate: ({ seed = 0 }) => seed },
      ({ seed }) => concat(of(start(), used(seed === 40 ? 90 : 1, 0)), NEVER),
    );
    given.ask(60);
    given.runTo(500);
    const second = given.ask(40);
    given.runTo(600);
    // The first call makes room at 1030; but the second one turns out to be larger than it said.
    const third = given.ask(59);
    second.subscription.unsubscribe();
    given.runTo(1099);
    expect(third.end).toBeUndefined();
    given.runTo(1100);
    expect(third.end).toEqual(limited(430));
    expect(given.clock.actions).toEqual([]);
  });

  it.each([
    [0, 1],
    [2, 3],
    [undefined, 1001],
  ])('queue: of %o lets so many wait', (queue, accepted) => {
    const given = setUp({ requests: 1, queue });
    const calls = Array.from({ length: accepted }, (_, n) => given.ask(n));
    expect(calls.every(({ end }) => end === undefined || end === 'complete')).toBe(true);
    expect(given.ask(-1).end).toEqual({
      error: new LlmError(
        `limitRate: ${String(accepted - 1)} calls wait; ask again later, or raise the limits or queue`,
        { kind: 'queue-full' },
      ),
    });
    expect(given.state.waiting).toBe(accepted - 1);
  });

  it.each([
    ["is the request's own by default", {}, [0, 3, 1, 2, 4]],
    [
      'may be asked of the request',
      { priority: ({ seed = 0 }: ChatRequest) => seed },
      [0, 4, 3, 2, 1],
    ],
  ])('priority: %s', (_, options, names) => {
    const given = setUp({ requests: 1, ...options });
    for (const name of [0, 1, 2]) given.ask(name);
    given.ask(3, { context: { priority: 1 } });
    given.ask(4);
    given.runTo();
    expect(given.names).toEqual(names);
  });

  it('key: each has a limit of its own', () => {
    const key = ({ context }: ChatRequest): string => context?.tenant ?? '';
    const given = setUp({ requests: 1, per: 1000, key });
    ['ann', 'bob', 'ann', 'eve', 'bob'].forEach((tenant, n) =>
      given.ask(n, { context: { tenant } }),
    );
    expect(given.state).toEqual({ requests: 3, tokens: expect.anything(), waiting: 2, keys: 3 });
    given.runTo();
    expect(given.times).toEqual([0, 0, 0, 1030, 1030]);
  });

  it('key: those of which nothing counts any more are forgotten', () => {
    const given = setUp({ requests: 1, per: 1000, key: ({ seed }) => String(seed) });
    for (let n = 0; n < 3000; n += 1) {
      given.runTo(n * 10);
      given.ask(n);
    }
    expect(given.state.keys).toBeLessThan(2 * 103);
    expect(given.sent).toHaveLength(3000);
  });

  it('key: one that is in use is not forgotten', () => {
    const given = setUp({ requests: 1, per: 1000, key: ({ seed }) => String(seed) });
    given.ask(0);
    const waiting = given.ask(0);
    for (let n = 1; n < 100; n += 1) given.ask(n);
    expect(given.ask(0).end).toBeUndefined();
    given.runTo(1029);
    expect(waiting.end).toBeUndefined();
    for (let n = 200; n < 300; n += 1) given.ask(n);
    given.runTo(1030);
    expect(waiting.end).toBe('complete');
    given.runTo();
  });

  it('scheduler: is real time by default', () => {
    vi.useFakeTimers();
    const limit = limitRate({ requests: 1, per: 1000 });
    const ask = compose(() => of(...answerEvents('fine')), limit);
    watch(ask(prompt('?')));
    const second = watch(ask(prompt('?')));
    vi.advanceTimersByTime(1029);
    expect(second.end).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(second.end).toBe('complete');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<readonly [LimitRateOptions, new (message: string) => Error, string]>([
    [{}, TypeError, 'needs requests or tokens, or learn: true'],
    [{ tokens: 5, burst: 2 }, TypeError, 'burst needs requests'],
    [{ requests: 0 }, RangeError, 'requests must be a whole number of at least 1, got 0'],
    [{ requests: 1.5 }, RangeError, 'requests must be a whole number of at least 1, got 1.5'],
    [{ tokens: NaN }, RangeError, 'tokens must be a number of at least 1, got NaN'],
    [{ requests: 1, burst: 0 }, RangeError, 'burst must be a whole number of at least 1, got 0'],
    [
      { requests: 1, per: 0 },
      RangeError,
      'per must be a number of at least 1 and at most 9007199254740991, got 0',
    ],
    [{ learn: true, per: 1000 }, RangeError, 'per must be 60000 with learn: true, got 1000'],
    [
      { requests: 1, mode: 'drop' as never },
      TypeError,
      "mode must be one of 'wait', 'reject', got drop",
    ],
    [{ requests: 1, maxWait: -1 }, RangeError, 'maxWait must be a number of at least 0, got -1'],
    [
      { requests: 1, queue: 0.5 },
      RangeError,
      'queue must be a whole number of at least 0, got 0.5',
    ],
    [{ requests: 1, priority: 1 as never }, TypeError, 'priority must be a function, got number'],
    [{ requests: 1, key: 'a' as never }, TypeError, 'key must be a function, got string'],
    [{ tokens: 1, estimate: 5 as never }, TypeError, 'estimate must be a function, got number'],
  ])('refuses %o', (options, type, message) => {
    expect(() => limitRate(options)).toThrow(new type(`limitRate: ${message}`));
  });

  it.each<readonly [Partial<LimitRateOptions>, string]>([
    [{ key: () => 5 as never }, 'key must return a string, got number'],
    [{ priority: () => NaN }, 'priority must be a number of at least -Infinity, got NaN'],
    [
      { estimate: () => -1 },
      'estimate must be a number of at least 0 and at most 9007199254740991, got -1',
    ],
  ])('a callback that returns nonsense fails its call: %o', (options, message) => {
    const { end } = setUp({ requests: 1, ...options }).ask(0);
    expect(String((end as { error: unknown }).error)).toContain(`limitRate: ${message}`);
  });
});

describe('the deadline of a request', () => {
  it.each([
    [1029, limited(1030)],
    [1030, undefined],
  ])('of %i is kept: a wait beyond it fails at once', (deadline, end) => {
    const given = setUp({ requests: 1, per: 1000 });
    given.ask(0);
    expect(given.ask(1, { context: { deadline } }).end).toEqual(end);
    given.runTo();
  });

  it('is kept on a clock that began long ago', () => {
    const { clock } = adjustableClock();
    const given = setUp({ requests: 1, per: 1000, scheduler: clock });
    given.ask(0);
    const ask = (name: number, left: number): unknown =>
      given.ask(name, { context: { deadline: clock.now() + left } }).end;
    expect([ask(1, 1029), ask(2, 1030)]).toEqual([limited(1030), undefined]);
  });

  it('does not matter to who need not wait', () => {
    expect(setUp({ requests: 1 }).ask(0, { context: { deadline: -5 } }).end).toBe('complete');
  });
});

describe('the tokens of limitRate', () => {
  const sixty = { tokens: 100, per: 1000, estimate: (): number => 60 };

  it('are settled to what the answer used, so that the next call waits no longer', () => {
    const answer = (): Observable<ChatEvent> =>
      timer(10, given.clock).pipe(mergeMap(() => of(start(), used(30, 5), finish())));
    const given = setUp(sixty, answer);
    given.ask(0);
    given.ask(1);
    expect(given.state.tokens).toBe(60);
    given.runTo();
    expect(given.times).toEqual([0, 10]);
    expect(given.state.tokens).toBe(70);
  });

  it.each<readonly [string, readonly ChatEvent[], number]>([
    ['the usage', [start(), used(30, 5), finish()], 35],
    ['the last usage', [start(), used(30, 1), used(30, 7), finish()], 37],
    ['the usage in the finish', [start(), finish({ usage: { inputTokens: 9 } })], 9],
    ['the total, where it holds more', [start(), usage({ inputTokens: 5, totalTokens: 50 })], 50],
    ['no more than the estimate, where nothing is said', [start(), finish()], 60],
    ['no more than the estimate, where nonsense is said', [usage({ inputTokens: NaN })], 60],
  ])('are those of %s', (_, events, tokens) => {
    const given = setUp(sixty, () => of(...events));
    given.ask(0);
    expect(given.state.tokens).toBe(tokens);
  });

  it.each<readonly [string, Observable<ChatEvent>, number]>([
    ['failed and said nothing', throwError(() => new Error('no')), 60],
    [
      'failed and said its usage',
      concat(
        of(start(), used(20, 1)),
        throwError(() => 0),
      ),
      21,
    ],
    ['is left and said nothing', NEVER, 60],
    ['is left and said its usage', concat(of(start(), used(20, 1)), NEVER), 21],
  ])('of a call that %s', (_, answer, tokens) => {
    const given = setUp(sixty, () => answer);
    given.ask(0).subscription.unsubscribe();
    expect(given.state).toMatchObject({ requests: 1, tokens, waiting: 0 });
  });

  it('that are more than the limit wait for a whole window, not for ever', () => {
    const given = setUp({ tokens: 100, per: 1000, estimate: ({ seed = 0 }) => seed });
    for (const tokens of [30, 5000, 20]) given.ask(tokens);
    given.runTo();
    expect(given.times).toEqual([0, 1030, 2060]);
  });

  it('are estimated by text and maxOutputTokens, then by what answers used', () => {
    const answer = of(start(), textDelta('a'), used(10, 20), finish());
    const given = setUp({ tokens: 10_000 }, ({ seed }) => (seed === 1 ? answer : NEVER));
    given.ask(0, { maxOutputTokens: 500 });
    // `?` is a quarter of a token, and a message has four more.
    expect(given.state.tokens).toBe(505);
    given.ask(1, { maxOutputTokens: 500 });
    expect(given.state.tokens).toBe(505 + 30);
    given.ask(2, { maxOutputTokens: 500 });
    expect(given.state.tokens).toBe(505 + 30 + 30);
  });
});

describe('what limitRate learns', () => {
  const minute = { learn: true };

  it('is the limit of the server, in place of its own', () => {
    const given = setUp({ ...minute, requests: 1 }, () => rated({ requests: { limit: 3 } }));
    for (let n = 0; n < 4; n += 1) given.ask(n);
    expect(given.times).toEqual([0, 0, 0]);
    given.runTo();
    expect(given.times).toEqual([0, 0, 0, 61_800]);
  });

  it('is nothing, unless told to', () => {
    const given = setUp({ requests: 1 }, () => rated({ requests: { limit: 3 } }));
    for (let n = 0; n < 2; n += 1) given.ask(n);
    expect(given.times).toEqual([0]);
    given.runTo();
  });

  it('is a limit of tokens too, and needs none to begin with', () => {
    const given = setUp({ ...minute, estimate: () => 40 }, () => rated({ tokens: { limit: 100 } }));
    for (let n = 0; n < 4; n += 1) given.ask(n);
    given.runTo();
    expect(given.times).toEqual([0, 0, 61_800, 61_800]);
  });

  it('is what others have used, too', () => {
    const said = { limit: 10, remaining: 2, reset: 20_000 };
    const given = setUp({ ...minute, requests: 10 }, () => rated({ requests: said }));
    given.ask(0);
    expect(given.state.requests).toBe(8);
    given.runTo(20_000);
    expect(given.state.requests).toBe(1);
  });

  it('holds calls back while others use the rest', () => {
    const said = { limit: 10, remaining: 0, reset: 20_000 };
    const given = setUp({ ...minute, requests: 10 }, () => rated({ requests: said }));
    given.ask(0);
    given.ask(1);
    given.runTo();
    expect(given.times).toEqual([0, 20_000]);
  });

  it('is remembered for an hour, also of a key that nobody uses meanwhile', () => {
    const burstAt = (time: number): number => {
      const given = setUp({ ...minute, key: ({ seed }) => String(seed) }, () =>
        timer(5, given.clock).pipe(mergeMap(() => rated({ requests: { limit: 2 } }))),
      );
      given.ask(1);
      given.clock.schedule(() => {
        for (const name of [2, 1, 1, 1, 1]) given.ask(name);
      }, time);
      given.runTo();
      return given.sent.filter(({ name, at }) => name === '1' && at === time).length;
    };
    expect([200_000, 3_600_000].map(burstAt)).toEqual([2, 2]);
    // Keys that nobody uses any more don't pile up.
    expect(burstAt(3_600_005)).toBe(4);
  });

  it('is not the limit of a day', () => {
    let remaining = 14_400;
    const given = setUp({ ...minute, requests: 2 }, () =>
      rated({ requests: { limit: 14_400, remaining: (remaining -= 1), reset: 7_200_000 } }),
    );
    for (let n = 0; n < 3; n += 1) given.ask(n);
    given.runTo();
    expect(given.times).toEqual([0, 0, 61_800]);
  });

  it.each([
    { limit: 14_400, one: 6_000 },
    { limit: 10_000, one: 8_640 },
  ])('is not that of a day where $limit requests refill all the time', ({ limit, one }) => {
    let used = 0;
    const given = setUp({ ...minute, requests: 2 }, () => {
      used += 1;
      return rated({ requests: { limit, remaining: limit - used, reset: used * one } });
    });
    for (let n = 0; n < 3; n += 1) given.ask(n);
    given.runTo();
    expect(given.times).toEqual([0, 0, 61_800]);
  });

  it.each([
    ['that is begun anew each minute', { limit: 60, remaining: 59, reset: 60_000 }],
    ['that refills all the time', { limit: 4_000, remaining: 3_999, reset: 15 }],
    ['whose reset is told in whole seconds', { limit: 4_000, remaining: 3_999, reset: 1_000 }],
    ['without a reset', { limit: 4_000, remaining: 3_999 }],
  ])('is that of a minute %s', (_, requests) => {
    const given = setUp({ ...minute, requests: 2 }, () => rated({ requests }));
    for (let n = 0; n < 3; n += 1) given.ask(n);
    given.runTo();
    expect(given.times).toEqual([0, 0, 0]);
  });

  it('turns away who can not go in time any more', () => {
    const said = { limit: 100, remaining: 0, reset: 20_000 };
    const held: (() => void)[] = [];
    const late = new Observable<ChatEvent>((subscriber) => {
      held.push(() => {
        subscriber.next(start({ rateLimit: { tokens: said } }));
      });
    });
    const options = { tokens: 100, maxWait: 61_800, estimate: ({ seed = 0 }: ChatRequest) => seed };
    const given = setUp({ ...minute, ...options }, () => late);
    given.ask(60);
    const second = given.ask(80);
    given.runTo(50_000);
    held[0]!();
    expect(second.end).toEqual(limited(20_000));
  });
});

describe('the window of limitRate', () => {
  const arrivals = fc.array(
    fc.record({
      after: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(300)),
      tokens: fc.integer({ min: 1, max: 60 }),
      real: fc.nat(100),
      priority: fc.constantFrom(0, 0, 0, 1),
      takes: fc.nat(200),
      leaves: fc.option(fc.nat(400), { freq: 5 }),
    }),
    { minLength: 5, maxLength: 60 },
  );
  const limits = fc.record({
    requests: fc.integer({ min: 1, max: 8 }),
    tokens: fc.integer({ min: 60, max: 200 }),
    burst: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  });

  it('never holds more than the limit at the server, wherever it begins; nobody is forgotten', () => {
    const per = 500;
    fc.assert(
      fc.property(arrivals, limits, fc.nat(), (calls, limit, seed) => {
        const clock = new VirtualTimeScheduler();
        const random = seededRandom(seed);
        const arrived: { at: number; tokens: number }[] = [];
        const began: { n: number; priority: number }[] = [];
        const policy = limitRate({
          ...limit,
          per,
          scheduler: clock,
          queue: Infinity,
          estimate: ({ seed: n = 0 }) => calls[n]!.tokens,
        });
        const ask = compose((request: ChatRequest) => {
          const n = request.seed!;
          const { tokens, takes, priority } = calls[n]!;
          const real = Math.min(calls[n]!.real, tokens);
          // The way to the server takes up to 2 % of the window, once more, once less.
          arrived.push({ at: clock.now() + random() * 0.02 * per, tokens: real });
          began.push({ n, priority });
          const rest = timer(takes, clock).pipe(mergeMap(() => of(used(real, 0), finish())));
          return concat(of(start()), rest);
        }, policy);
        const left = new Set<number>();
        let time = 0;
        let ended = 0;
        calls.forEach(({ after, priority, leaves }, n) => {
          time += after;
          clock.schedule(() => {
            const call = ask(prompt('?', { seed: n, context: { priority } }));
            const subscription = call.subscribe({ complete: () => (ended += 1) });
            if (leaves === null) return;
            clock.schedule(() => {
              if (!subscription.closed) left.add(n);
              subscription.unsubscribe();
            }, leaves);
          }, time);
        });
        clock.maxFrames = Infinity;
        clock.flush();
        expect(clock.actions).toEqual([]);
        expect(ended + left.size).toBe(calls.length);
        for (const { at } of arrived) {
          const window = arrived.filter((other) => other.at >= at && other.at < at + per);
          expect(window.length).toBeLessThanOrEqual(limit.requests);
          const sum = window.reduce((total, { tokens }) => total + tokens, 0);
          expect(sum).toBeLessThanOrEqual(limit.tokens);
        }
        for (const rank of [0, 1]) {
          const order = began.filter(({ priority }) => priority === rank).map(({ n }) => n);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('limitRate under load', () => {
  it.each([
    ['requests', { requests: 200 }],
    ['requests in bursts', { requests: 200, burst: 20 }],
    ['requests evenly', { requests: 200, burst: 1 }],
    ['tokens', { tokens: 2000, estimate: () => 10 }],
  ])('uses at least 95 % of its %s', (_, options) => {
    const given = setUp({ per: 2000, queue: Infinity, ...options }, () => of(start(), finish()));
    for (let n = 0; n < 2100; n += 1) given.ask(n);
    given.runTo(20_000);
    // In ten windows, of which the first one begins full.
    expect(given.sent.length).toBeGreaterThanOrEqual(0.95 * 10 * 200);
    given.runTo();
    expect(given.sent).toHaveLength(2100);
    expect(given.clock.actions).toEqual([]);
  });

  it('has one timer, however many wait', () => {
    const given = setUp({ requests: 1, queue: Infinity });
    const calls = Array.from({ length: 500 }, (_, n) => given.ask(n));
    expect(given.clock.actions).toHaveLength(1);
    for (const { subscription } of calls.slice(1, 499)) subscription.unsubscribe();
    expect(given.clock.actions).toHaveLength(1);
    calls[499]!.subscription.unsubscribe();
    expect(given.clock.actions).toEqual([]);
  });

  it('serves ten thousand that end at once without a deep stack', () => {
    const requests = new BehaviorSubject(1);
    const given = setUp({ requests, queue: Infinity }, () => of(start(), finish()));
    for (let n = 0; n < 10_000; n += 1) given.ask(n);
    requests.next(20_000);
    expect(given.names).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  });

  it('who waits and leaves costs nothing', () => {
    const given = setUp({ requests: 1, per: 1000 });
    given.ask(0);
    const [second, third] = [given.ask(1), given.ask(2)];
    second.subscription.unsubscribe();
    given.runTo(1030);
    expect(third.end).toBe('complete');
    expect(given.state).toMatchObject({ requests: 1, waiting: 0 });
  });

  it('a small call goes as soon as a large one ahead of it has left', () => {
    const given = setUp({ tokens: 100, per: 1000, estimate: ({ seed = 0 }) => seed }, () => NEVER);
    given.ask(60);
    const large = given.ask(90);
    given.ask(30);
    expect(given.names).toEqual([60]);
    large.subscription.unsubscribe();
    expect(given.names).toEqual([60, 30]);
  });
});

describe('the clock of limitRate', () => {
  it.each([3_600_000, 86_400_000, 1_700_000_000_000])(
    'put back by %d ms makes nobody wait longer',
    (by) => {
      const { clock, adjust, runTo } = adjustableClock();
      const sent: number[] = [];
      const source = new Observable<string>((subscriber) => {
        sent.push(clock.frame);
        subscriber.complete();
      }).pipe(limitRate({ requests: 1, per: 1000, scheduler: clock }));
      watch(source);
      watch(source);
      runTo(500);
      adjust(-by);
      watch(source);
      runTo();
      expect(sent).toEqual([0, 1030, 2060]);
    },
  );
});

describe('limitRate', () => {
  it('tells who waits how many are ahead, and nobody else', () => {
    const given = setUp({ requests: 1 });
    const calls = Array.from({ length: 3 }, (_, n) => given.ask(n));
    const waits = calls.map(({ values }) => values.filter(({ type }) => type === 'wait'));
    expect(waits).toEqual([
      [],
      [{ type: 'wait', by: 'limitRate', ahead: 0 }],
      [{ type: 'wait', by: 'limitRate', ahead: 1 }],
    ]);
    const operator = limitRate<string>({ requests: 1, scheduler: given.clock });
    watch(of('a').pipe(operator));
    expect(watch(of('b').pipe(operator)).values).toEqual([]);
    given.runTo();
  });

  it('shows its state, first the present one', () => {
    const given = setUp({ requests: 1, per: 1000, estimate: () => 7 }, () => NEVER);
    expect(given.state).toEqual({ requests: 0, tokens: 0, waiting: 0, keys: 0 });
    given.ask(0);
    const second = given.ask(1);
    expect(given.state).toEqual({ requests: 1, tokens: 7, waiting: 1, keys: 1 });
    second.subscription.unsubscribe();
    expect(given.states).toEqual([
      { requests: 0, tokens: 0, waiting: 0, keys: 0 },
      { requests: 1, tokens: 7, waiting: 0, keys: 1 },
      { requests: 1, tokens: 7, waiting: 1, keys: 1 },
      { requests: 1, tokens: 7, waiting: 0, keys: 1 },
    ]);
  });

  it('is one limit for all that use it, and as many as there are instances', () => {
    const clock = new VirtualTimeScheduler();
    const limit = limitRate({ requests: 1, scheduler: clock });
    const answer = (): Observable<ChatEvent> => of(...answerEvents('fine'));
    const [one, two] = [compose(answer, limit), compose(answer, limit)];
    expect(watch(one(prompt('?'))).end).toBe('complete');
    expect(watch(two(prompt('?'))).end).toBeUndefined();
    const other = compose(answer, limitRate({ requests: 1, scheduler: clock }));
    expect(watch(other(prompt('?'))).end).toBe('complete');
  });

  it('stops a firehose, at once or after a wait', () => {
    const clock = new VirtualTimeScheduler();
    const source = new Observable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed; n += 1) subscriber.next(n);
    }).pipe(limitRate({ requests: 1, scheduler: clock }), take(3));
    expect(watch(source).values).toEqual([0, 1, 2]);
    const waiting = watch(source);
    clock.flush();
    expect(waiting.values).toEqual([0, 1, 2]);
  });

  it.each([undefined, null, 0, 'text', { input: ['embed me'] }])(
    'takes a request of any type: %o',
    (request) => {
      const limit = limitRate<string>({ requests: 1, tokens: 100 });
      const ask = compose((given: unknown) => of(JSON.stringify(given)), limit);
      expect(watch(ask(request)).values).toEqual([JSON.stringify(request)]);
    },
  );

  it.each([undefined, null, 'usage', { type: 'usage' }, { type: 'usage', usage: null }])(
    'passes on any value: %o',
    (value) => {
      const limit = limitRate<unknown>({ requests: 1 });
      expect(watch(of(value).pipe(limit)).values).toEqual([value]);
    },
  );

  it('keeps no place for a call that was ended by who estimates it', () => {
    const left = new Subject<void>();
    const estimate = (): number => (left.next(), 1);
    const clock = new VirtualTimeScheduler();
    const limit = limitRate({ requests: 1, estimate, scheduler: clock });
    const ask = compose<ChatRequest, ChatEvent>(() => NEVER, limit);
    watch(ask(prompt('first')));
    watch(ask(prompt('second')).pipe(takeUntil(left)));
    expect(watch(limit.state$).values).toMatchObject([{ requests: 1, waiting: 0 }]);
    expect(clock.actions).toEqual([]);
  });
});
