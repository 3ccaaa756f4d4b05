import {
  concat,
  defer,
  EMPTY,
  finalize,
  NEVER,
  Observable,
  of,
  Subject,
  type Subscription,
  take,
  tap,
  throwError,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent, FinishReason } from '../../src/event/chat-event';
import { compose, type Handler, type Policy } from '../../src/handler';
import { cache, type CacheOptions, type CacheStats } from '../../src/policy/cache';
import { deadlines } from '../../src/policy/deadlines';
import { prompt, system, user } from '../../src/request/messages';
import type { ChatRequest } from '../../src/request/chat-request';
import {
  answerEvents,
  fakeHandler,
  finish,
  marbles,
  retract,
  start,
  textDelta,
  toolCall,
  usage,
} from '../../src/testing/index';
import { toAnswer } from '../../src/view/to-answer';
import { watch } from '../support/watch';

const question = prompt('question');
const fine = answerEvents('fine');

/** A cache before a handler that answers at once, on a clock that is set by hand. */
function setUp(options: CacheOptions = {}, answer: (request: ChatRequest) => unknown = () => fine) {
  const clock = new VirtualTimeScheduler();
  const policy = cache({ scheduler: clock, ...options });
  const asked: ChatRequest[] = [];
  const ask = compose<ChatRequest, ChatEvent>((request) => {
    asked.push(request);
    return answer(request) as Observable<ChatEvent>;
  }, policy);
  let stats: CacheStats | undefined;
  policy.stats$.subscribe((now) => {
    stats = now;
  });
  return {
    clock,
    policy,
    ask,
    asked,
    call: (request = question) => watch(ask(request)),
    /** Whether the answer cost nothing. */
    hits: (request = question) => watch(ask(request)).values[0]?.type === 'cache',
    get stats() {
      return stats!;
    },
  };
}

/** A call that is under way until told to end. */
function live(options: CacheOptions = {}) {
  const calls: Subject<ChatEvent>[] = [];
  let open = 0;
  const given = setUp(options, () =>
    defer(() => {
      const events = new Subject<ChatEvent>();
      calls.push(events);
      open += 1;
      return events.pipe(finalize(() => (open -= 1)));
    }),
  );
  return Object.assign(given, {
    calls,
    say: (...events: readonly ChatEvent[]) => {
      for (const event of events) calls.at(-1)!.next(event);
    },
    open: () => open,
  });
}

const joined = (age = 0): ChatEvent => ({ type: 'cache', status: 'joined', age });
const hit = (age: number, saved: number): ChatEvent => ({
  type: 'cache',
  status: 'hit',
  age,
  saved,
});

describe('what cache keeps', () => {
  it('is a whole answer, which is then announced and costs nothing', () => {
    marbles(({ expectEvents }) => {
      const handler = fakeHandler('S-a-b-F|');
      const ask = compose(handler, cache());
      expectEvents(ask(question)).toBe('S-a-b-F|');
      expectEvents(ask(question), '-- 10s ^').toBe('-- 10s (hSabF|)', { h: hit(9995, 7) });
    });
  });

  it.each<[FinishReason, boolean]>([
    ['stop', true],
    ['tool-calls', true],
    ['length', false],
    ['content-filter', false],
    ['unknown', false],
  ])('is one that finished by %s: %s', (reason, kept) => {
    const given = setUp({}, () => of(start(), textDelta('a'), finish({ reason })));
    given.call();
    expect(given.hits()).toBe(kept);
    expect(given.asked).toHaveLength(kept ? 1 : 2);
    expect(given.stats.entries).toBe(kept ? 1 : 0);
  });

  it.each<[string, Observable<ChatEvent>]>([
    [
      'failed',
      concat(
        of(start(), textDelta('a')),
        throwError(() => new Error('mine')),
      ),
    ],
    [
      'failed after its finish',
      concat(
        of(...fine),
        throwError(() => new Error('mine')),
      ),
    ],
    ['failed with nothing', throwError(() => undefined)],
    ['broke off', of(start(), textDelta('a'))],
    ['went on after its finish', of(...fine, textDelta('b'))],
    ['said nothing at all', EMPTY],
  ])('is none that %s', (_, answer) => {
    const given = setUp({}, () => answer);
    expect(given.call().end).toEqual(watch(answer).end);
    expect(given.hits()).toBe(false);
    expect(given.asked).toHaveLength(2);
    expect(given.stats.entries).toBe(0);
  });

  it('is none that was cancelled, even after its finish', () => {
    const given = live();
    const first = given.call();
    given.say(...fine);
    first.subscription.unsubscribe();
    expect(given.open()).toBe(0);
    expect(given.hits()).toBe(false);
    expect(given.calls).toHaveLength(2);
  });

  it('is one attempt, without what was retracted and the notices on the way', () => {
    const story: ChatEvent[] = [
      { type: 'wait', by: 'limitConcurrency', ahead: 0 },
      { type: 'route', by: 'failover', name: 'gpt' },
      start({ provider: 'gpt' }),
      textDelta('lost'),
      usage({ outputTokens: 1 }),
      retract(),
      { type: 'retry', attempt: 2, delay: 5, error: new Error('mine') },
      { type: 'degraded', by: 'store', error: new Error('mine') },
      ...answerEvents('fine', { usage: { outputTokens: 2 } }),
    ];
    const given = setUp({}, () => of(...story));
    expect(given.call().values).toEqual(story);
    expect(given.call().values).toEqual([
      hit(0, 0),
      ...answerEvents('fine', { usage: { outputTokens: 2 } }),
    ]);
  });

  it('counts as an answer that cost nothing', () => {
    const given = setUp({}, () => of(...answerEvents('fine', { usage: { outputTokens: 2 } })));
    given.call();
    const { values } = watch(given.ask(question).pipe(toAnswer({ scheduler: given.clock })));
    expect(values).toMatchObject([
      { text: 'fine', cached: true, attempts: 1, usage: { outputTokens: 2 }, totalUsage: {} },
    ]);
  });

  it("says nothing of the server's limits, which only the call itself has heard", () => {
    const begun = start({ rateLimit: { tokens: { remaining: 5 } } });
    const given = setUp({}, () => of(begun, finish()));
    expect(given.call().values).toEqual([begun, finish()]);
    expect(given.call().values.slice(1)).toEqual([start(), finish()]);
  });

  it('is frozen to the last field, for all who read it', () => {
    const call = Object.freeze({
      ...toolCall('tool', { list: [{ deep: true }], none: null }),
    });
    const given = setUp({}, () => of(start(), call, finish({ usage: { outputTokens: 1 } })));
    const first = given.call();
    const [begun, ...rest] = first.values;
    // What is held of the start is a copy.
    Object.assign(begun!, { model: 'changed' });
    const second = given.call();
    expect(second.values[1]).toEqual(start());
    for (const events of [rest, second.values]) {
      const check = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        expect(Object.isFrozen(value)).toBe(true);
        Object.values(value).forEach(check);
      };
      events.forEach(check);
    }
    expect(second.values).toHaveLength(4);
  });

  it('leaves alone the errors that notices carry, and bytes', () => {
    const error = { status: 503, response: { headers: {} } };
    const bytes = new Uint8Array(2);
    const story: ChatEvent[] = [
      { type: 'retry', attempt: 2, delay: 0, error },
      start(),
      toolCall('tool', { bytes }),
      finish(),
    ];
    const given = setUp({}, () => of(...story));
    given.call();
    expect(Object.isFrozen(error)).toBe(false);
    expect(Object.isFrozen(error.response)).toBe(false);
    expect(given.hits()).toBe(false);
  });

  it('is frozen also where what is said of a tool has an error', () => {
    const call = { ...toolCall('tool'), error: { list: [1] } };
    const given = setUp({}, () => of(start(), call, finish()));
    given.ask(question).subscribe((event) => {
      if ('error' in event) expect(() => (event.error as typeof call.error).list.push(2)).toThrow();
    });
    expect(given.call().values[2]).toEqual({ ...toolCall('tool'), error: { list: [1] } });
    const { error } = given.call().values[2] as typeof call;
    for (const value of [error, error.list]) expect(Object.isFrozen(value)).toBe(true);
  });

  it('is nothing that cannot be measured, and that harms no call', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const given = setUp({}, () => of(start(), toolCall('tool', circle), finish()));
    expect(given.call().end).toBe('complete');
    expect(given.call().end).toBe('complete');
    expect(given.asked).toHaveLength(2);
  });
});

describe('the options of cache', () => {
  it('ttl: says how long an answer is kept', () => {
    const given = setUp({ ttl: 1000 });
    given.clock.frame = 5;
    given.call();
    given.clock.frame = 1004;
    expect(given.call().values[0]).toEqual(hit(999, 0));
    given.clock.frame = 1005;
    expect(given.hits()).toBe(false);
    expect(given.asked).toHaveLength(2);
    expect(given.stats.entries).toBe(1);
  });

  it('ttl: counts from the end of the call', () => {
    const given = live({ ttl: 1000 });
    given.call();
    given.clock.frame = 700;
    given.say(...fine);
    given.calls[0]!.complete();
    given.clock.frame = 1699;
    expect(given.call().values[0]).toEqual(hit(999, 700));
  });

  it('ttl: is ten minutes by default', () => {
    const given = setUp();
    given.call();
    given.clock.frame = 599_999;
    expect(given.hits()).toBe(true);
    given.clock.frame = 600_000;
    expect(given.hits()).toBe(false);
  });

  it('ttl: 0 keeps nothing, but shares calls under way', () => {
    const given = live({ ttl: 0 });
    given.call();
    expect(given.call().values).toEqual([joined()]);
    given.say(...fine);
    given.calls[0]!.complete();
    expect(given.stats).toMatchObject({ entries: 0, bytes: 0 });
    expect(given.hits()).toBe(false);
  });

  it('ttl: Infinity keeps for ever', () => {
    const given = setUp({ ttl: Infinity });
    given.call();
    given.clock.frame = Number.MAX_SAFE_INTEGER;
    expect(given.hits()).toBe(true);
  });

  it.each([0, 1, 1.7e12])('ttl: works on a clock that begins at %d', (beginning) => {
    const given = setUp({ ttl: 10 });
    given.clock.frame = beginning;
    given.call();
    given.clock.frame = beginning + 9;
    expect(given.hits()).toBe(true);
    given.clock.frame = beginning + 10;
    expect(given.hits()).toBe(false);
  });

  it('ttl: is no longer where the clock is put back', () => {
    const given = setUp({ ttl: 1000 });
    given.clock.frame = 3_600_000;
    given.call();
    given.clock.frame = 0;
    expect(given.call().values[0]).toEqual(hit(0, 0));
    given.clock.frame = 999;
    expect(given.call().values[0]).toEqual(hit(999, 0));
    given.clock.frame = 1000;
    expect(given.hits()).toBe(false);
  });

  it('ttl: survives a clock that goes backwards', () => {
    const given = setUp({ ttl: 1000 });
    given.clock.frame = 10_000;
    given.call();
    given.clock.frame = 0;
    expect(given.call().values[0]).toEqual(hit(0, 0));
    const under = live();
    under.clock.frame = 10_000;
    under.call();
    under.clock.frame = 0;
    expect(under.call().values).toEqual([joined(0)]);
    under.say(...fine);
    under.calls[0]!.complete();
    expect(under.call().values[0]).toEqual(hit(0, 0));
  });

  it('scheduler: is the real clock by default', () => {
    vi.useFakeTimers({ now: 0 });
    const handler = vi.fn(() => of(...fine));
    const ask = compose<ChatRequest, ChatEvent>(handler, cache({ ttl: 1000 }));
    watch(ask(question));
    vi.setSystemTime(999);
    watch(ask(question));
    expect(handler).toHaveBeenCalledTimes(1);
    vi.setSystemTime(1000);
    watch(ask(question));
    expect(handler).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('max: drops the answer that was not read for the longest time', () => {
    const given = setUp({ max: 2 });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => prompt(name));
    given.call(a);
    given.call(b);
    given.call(a);
    given.call(c);
    expect(given.stats.entries).toBe(2);
    expect([given.hits(a), given.hits(c)]).toEqual([true, true]);
    expect(given.hits(b)).toBe(false);
  });

  it('max: is 500 by default', () => {
    const given = setUp();
    for (let n = 0; n < 501; n += 1) given.call(prompt(String(n)));
    expect(given.stats.entries).toBe(500);
    expect(given.hits(prompt('1'))).toBe(true);
    expect(given.hits(prompt('0'))).toBe(false);
  });

  it('maxBytes: bounds answers and keys together', () => {
    const long = 'x'.repeat(1000);
    const given = setUp({ maxBytes: 10_000 }, () => of(start(), textDelta(long), finish()));
    for (let n = 0; n < 10; n += 1) given.call(prompt(String(n)));
    const { entries, bytes } = given.stats;
    expect(entries).toBe(4);
    expect(bytes).toBeGreaterThan(entries * 2000);
    expect(bytes).toBeLessThanOrEqual(10_000);
    expect(given.hits(prompt('9'))).toBe(true);
    given.call(prompt('x'.repeat(3000)));
    expect(given.stats.entries).toBeLessThan(4);
  });

  it('maxBytes: counts all pieces of an answer, however many', () => {
    const pieces = Array.from({ length: 200 }, () => textDelta('x'.repeat(100)));
    const given = setUp({ maxBytes: 100_000 }, () => of(start(), ...pieces, finish()));
    for (let n = 0; n < 10; n += 1) given.call(prompt(String(n)));
    const { entries, bytes } = given.stats;
    expect(entries).toBeLessThan(5);
    expect(bytes).toBeGreaterThan(entries * 20_000);
  });

  it('maxBytes: what is larger than all of it is not kept', () => {
    const given = setUp({ maxBytes: 500 });
    given.call(prompt('short'));
    given.call(prompt('x'.repeat(1000)));
    expect(given.stats.entries).toBe(1);
    expect(given.hits(prompt('short'))).toBe(true);
  });

  it('maxBytes: is 64 MiB by default', () => {
    const huge = 'x'.repeat(2 ** 23);
    const given = setUp({}, () => of(start(), textDelta(huge), finish()));
    for (let n = 0; n < 5; n += 1) given.call(prompt(String(n)));
    expect(given.stats.entries).toBe(3);
    expect(given.stats.bytes).toBeGreaterThan(3 * 2 ** 24);
  });

  it('key: says what makes two requests the same', () => {
    const given = setUp({ key: (request) => String(request.seed) });
    given.call(prompt('a', { seed: 1 }));
    expect(given.hits(prompt('b', { seed: 1 }))).toBe(true);
    expect(given.hits(prompt('a', { seed: 2 }))).toBe(false);
  });

  it('key: a throwing one is the error of its call alone', () => {
    const thrown = new Error('mine');
    const given = setUp({
      key: ({ seed }) => {
        if (seed === 1) throw thrown;
        return 'key';
      },
    });
    expect(given.call(prompt('a', { seed: 1 })).end).toEqual({ error: thrown });
    expect(given.asked).toHaveLength(0);
    expect(given.call().end).toBe('complete');
  });

  it('key: one that returns no text gives nobody the answer of another', () => {
    const given = setUp({ key: (request) => request.context?.session as string });
    const { end } = given.call();
    expect(end).toEqual({ error: new TypeError('cache: key must return a string, got undefined') });
    expect(given.asked).toHaveLength(0);
  });

  it.each([
    [{ ttl: -1 }, RangeError, 'ttl must be a number of at least 0, got -1'],
    [{ ttl: NaN }, RangeError, 'ttl must be a number of at least 0, got NaN'],
    [{ ttl: '1h' as never }, TypeError, 'ttl must be a number, got string'],
    [
      { max: 0 },
      RangeError,
      'max must be a whole number of at least 1 and at most 16777216, got 0',
    ],
    [{ max: Infinity }, RangeError, 'and at most 16777216, got Infinity'],
    [{ max: 1.5 }, RangeError, 'got 1.5'],
    [{ maxBytes: 0 }, RangeError, 'maxBytes must be a whole number of at least 1'],
    [{ maxBytes: Infinity }, RangeError, 'got Infinity'],
    [{ key: 'id' as never }, TypeError, 'key must be a function, got string'],
  ])('refuses %o', (options, type, message) => {
    expect(() => cache(options)).toThrow(type);
    expect(() => cache(options)).toThrow(message);
    expect(() => cache(options)).toThrow(/^cache: /);
  });
});

describe('what cache takes for the same', () => {
  it('is the same question of the same tenant', () => {
    const given = setUp();
    const request: ChatRequest = { messages: [system('be kind'), user('hello')], temperature: 0 };
    const { messages, temperature } = structuredClone(request);
    given.call(request);
    expect(given.hits({ temperature, messages })).toBe(true);
    expect(given.hits({ ...request, context: { session: 's', labels: { a: 'b' } } })).toBe(true);
    expect(given.hits({ ...request, temperature: 0.1 })).toBe(false);
  });

  it('is never the question of another tenant', () => {
    const given = setUp({}, ({ context }) =>
      of(start(), textDelta(`for ${String(context?.tenant)}`), finish()),
    );
    const tenants = [undefined, '', 'undefined', 'null', 'a', 'b', '"a"', 'a","x":"'];
    for (let round = 0; round < 2; round += 1) {
      for (const tenant of tenants) {
        const context = tenant === undefined ? {} : { tenant };
        const { values } = given.call({ ...question, context });
        expect(values).toContainEqual(textDelta(`for ${String(tenant)}`));
        expect(values).toHaveLength(3 + round);
      }
    }
    expect(given.asked).toHaveLength(tenants.length);
  });

  it('is never the question to another handler', () => {
    const policy = cache();
    const answering =
      (text: string): Handler =>
      () =>
        of(...answerEvents(text));
    const [a, b] = [answering('a'), answering('b')];
    const text = (handler: Handler) =>
      watch(compose(handler, policy)(question).pipe(toAnswer())).values[0]!;
    expect([text(a).text, text(b).text]).toEqual(['a', 'b']);
    expect([text(a), text(b)]).toMatchObject([
      { text: 'a', cached: true },
      { text: 'b', cached: true },
    ]);
  });

  it('is not shared by instances', () => {
    const handler = vi.fn(() => of(...fine));
    watch(compose<ChatRequest, ChatEvent>(handler, cache())(question));
    watch(compose<ChatRequest, ChatEvent>(handler, cache())(question));
    expect(handler).toHaveBeenCalledTimes(2);
  });
});

describe('a call under way that cache shares', () => {
  it('gives those who join late the prefix, then the rest live', () => {
    marbles(({ expectEvents, expectSubscriptions }) => {
      const handler = fakeHandler('S-a-----b-F|');
      const ask = compose(handler, cache());
      expectEvents(ask(question)).toBe('S-a-----b-F|');
      expectEvents(ask(question), '---^').toBe('---(jSa)b-F|', {
        j: joined(3),
      });
      expectSubscriptions(handler.subscriptions).toBe('^----------!');
    });
  });

  it('is one for ten thousand', () => {
    const given = live();
    const callers = Array.from({ length: 5000 }, () => given.call());
    given.say(start(), textDelta('a'));
    callers.push(...Array.from({ length: 5000 }, () => given.call()));
    given.say(textDelta('b'), finish());
    given.calls[0]!.complete();
    expect(given.asked).toHaveLength(1);
    const said = [start(), textDelta('a'), textDelta('b'), finish()];
    const stories = new Set(callers.map(({ values }) => JSON.stringify(values)));
    expect([...stories]).toEqual([JSON.stringify(said), JSON.stringify([joined(), ...said])]);
    expect(callers.every(({ end }) => end === 'complete')).toBe(true);
    expect(given.stats).toMatchObject({ hits: 0, joined: 9999, misses: 1, entries: 1 });
  });

  it('goes on when one leaves, also the first, and is aborted by the last', () => {
    const given = live();
    const callers = [given.call(), given.call(), given.call()];
    given.say(start());
    callers[0]!.subscription.unsubscribe();
    callers[1]!.subscription.unsubscribe();
    expect(given.open()).toBe(1);
    given.say(textDelta('a'));
    expect(callers.map(({ values }) => values.length)).toEqual([1, 2, 3]);
    callers[2]!.subscription.unsubscribe();
    expect(given.open()).toBe(0);
    given.call();
    expect(given.calls).toHaveLength(2);
    expect(given.open()).toBe(1);
  });

  it('goes on for those who stay, to the end, and is kept', () => {
    const given = live();
    const first = given.call();
    const second = given.call();
    first.subscription.unsubscribe();
    given.say(...fine);
    given.calls[0]!.complete();
    expect(second.values).toEqual([joined(), ...fine]);
    expect(given.hits()).toBe(true);
  });

  it.each([new LlmError('fake', { kind: 'server' }), undefined])(
    'gives its failure %o to all, and is forgotten',
    (error) => {
      const given = live();
      const callers = [given.call(), given.call()];
      given.say(start(), textDelta('a'));
      callers.push(given.call());
      given.calls[0]!.error(error);
      for (const { end } of callers) {
        expect(end).toEqual({ error });
        expect((end as { error: unknown }).error).toBe(error);
      }
      given.call();
      expect(given.calls).toHaveLength(2);
    },
  );

  it('tells those who join of a new attempt only what is not void', () => {
    const given = live();
    const first = given.call();
    given.say(start(), textDelta('lost'));
    const second = given.call();
    given.say(retract());
    const third = given.call();
    given.say({ type: 'retry', attempt: 2, delay: 1, error: 'x' }, start(), textDelta('kept'));
    const fourth = given.call();
    given.say(finish());
    given.calls[0]!.complete();
    const text = [first, second, third, fourth].map(({ values }) =>
      watch(of(...values).pipe(toAnswer())).values.map((answer) => answer.text),
    );
    expect(text).toEqual([['kept'], ['kept'], ['kept'], ['kept']]);
    expect(third.values.map(({ type }) => type)).toEqual([
      ...['cache', 'retry', 'cache', 'start', 'text-delta', 'finish'],
    ]);
    expect(fourth.values.map(({ type }) => type)).toEqual([
      ...['cache', 'start', 'text-delta', 'finish'],
    ]);
  });

  it.each<[string, ChatEvent]>([
    ['another attempt', { type: 'retry', attempt: 2, delay: 0, error: 'x' }],
    ['another member', { type: 'route', by: 'failover', name: 'b', error: 'x' }],
  ])('costs nothing who joined it, also when %s follows', (_, notice) => {
    const given = live();
    const callers = [given.call(), given.call()];
    given.say(start(), usage({ inputTokens: 9 }), notice);
    given.say(...answerEvents('kept', { usage: { inputTokens: 7 } }));
    given.calls[0]!.complete();
    const answers = callers.map(({ values }) => watch(of(...values).pipe(toAnswer())).values[0]);
    expect(answers).toMatchObject([
      { text: 'kept', attempts: 2, cached: false, totalUsage: { inputTokens: 16 } },
      { text: 'kept', attempts: 2, cached: true },
    ]);
    expect(answers[1]!.totalUsage).toEqual({});
  });

  it('is told by how long it has run', () => {
    const given = live();
    given.clock.frame = 100;
    given.call();
    given.clock.frame = 350;
    expect(given.call().values).toEqual([joined(250)]);
  });

  it.each(['complete', 'error'] as const)('is over for who asks again on hearing %s', (how) => {
    const given = live();
    let again: ReturnType<typeof watch<ChatEvent>> | undefined;
    const ask = (): void => {
      again = given.call();
    };
    given.ask(question).subscribe({ complete: ask, error: ask });
    if (how === 'complete') {
      given.say(...fine);
      given.calls[0]!.complete();
      expect(again!.values).toEqual([hit(0, 0), ...fine]);
    } else {
      given.calls[0]!.error(new Error('mine'));
      expect(again!.values).toEqual([]);
      expect(given.calls).toHaveLength(2);
    }
  });

  it.each(['leave', 'finish', 'fail'])(
    'is that of who joins, when that makes others %s',
    (what) => {
      const given = live({ ttl: 0 });
      const first = given.call();
      given.say(start(), textDelta('said'));
      const [call] = given.calls;
      const end = (): void => {
        if (what === 'leave') first.subscription.unsubscribe();
        else if (what === 'finish') call!.complete();
        else call!.error('failed');
      };
      const joining = given.ask(question).pipe(
        tap((event) => {
          if (event.type === 'cache') end();
        }),
      );
      const second = watch(joining);
      expect(given.calls).toHaveLength(1);
      expect(second.values).toEqual([joined(), start(), textDelta('said')]);
      const ends = { leave: undefined, finish: 'complete', fail: { error: 'failed' } };
      expect(second.end).toEqual(ends[what as keyof typeof ends]);
      expect(given.open()).toBe(what === 'leave' ? 1 : 0);
    },
  );

  it('is one also when a watcher of the statistics asks', () => {
    const given = live();
    let inner: ReturnType<typeof watch<ChatEvent>> | undefined;
    const watching = given.policy.stats$.subscribe(({ misses }) => {
      if (misses === 1 && !inner) inner = given.call();
    });
    const outer = given.call();
    watching.unsubscribe();
    expect(given.open()).toBe(1);
    given.say(...fine);
    given.calls[0]!.complete();
    expect([outer.end, inner!.end]).toEqual(['complete', 'complete']);
    expect(given.calls).toHaveLength(1);
  });

  it('is none when a watcher of the statistics makes the caller leave', () => {
    const given = live();
    let caller: Subscription | undefined;
    const watching = given.policy.stats$.subscribe(({ misses }) => {
      if (misses === 1) caller?.unsubscribe();
    });
    caller = new Observable<ChatEvent>((subscriber) => {
      caller = subscriber;
      return given.ask(question).subscribe(subscriber);
    }).subscribe();
    watching.unsubscribe();
    expect(given.calls).toHaveLength(0);
    const next = given.call();
    expect(next.values).toEqual([]);
    expect(given.open()).toBe(1);
    expect(given.stats.joined).toBe(0);
  });
});

describe('cache', () => {
  it('shows its statistics, first the present ones', () => {
    const given = setUp();
    const seen: CacheStats[] = [];
    given.policy.stats$.subscribe((stats) => seen.push(stats));
    const none = { hits: 0, joined: 0, misses: 0, entries: 0, bytes: 0 };
    expect(seen).toEqual([none]);
    given.call();
    given.call();
    given.call(prompt('other'));
    expect(seen.at(-1)).toEqual({
      ...{ hits: 1, joined: 0, misses: 2, entries: 2 },
      bytes: expect.any(Number) as number,
    });
  });

  it('is cold: neither key nor clock is asked before subscribe', () => {
    const key = vi.fn(() => 'key');
    const given = setUp({ key });
    const call = given.ask(question);
    expect(key).not.toHaveBeenCalled();
    given.clock.frame = 1000;
    expect(watch(call).values).toEqual(fine);
    expect(watch(call).values[0]).toEqual(hit(0, 0));
  });

  it('forwards what a throwing handler throws', () => {
    const thrown = new Error('mine');
    const given = setUp({}, () => {
      throw thrown;
    });
    expect(given.call().end).toEqual({ error: thrown });
    expect(given.call().end).toEqual({ error: thrown });
    expect(given.asked).toHaveLength(2);
  });

  it('stops a firehose, first or repeated', () => {
    const events = [start(), ...Array.from({ length: 10_000 }, () => textDelta('a')), finish()];
    const pulled = vi.fn();
    const given = setUp({}, () => of(...events).pipe(tap(pulled)));
    expect(watch(given.ask(question).pipe(take(3))).values).toHaveLength(3);
    expect(pulled).toHaveBeenCalledTimes(3);
    given.call();
    const repeated = vi.fn();
    expect(watch(given.ask(question).pipe(tap(repeated), take(3))).values).toHaveLength(3);
    expect(repeated).toHaveBeenCalledTimes(3);
  });

  it('leaves nothing behind of calls that never end', () => {
    const given = setUp({}, () => NEVER);
    for (let n = 0; n < 100; n += 1) given.call().subscription.unsubscribe();
    expect(given.asked).toHaveLength(100);
    expect(given.stats).toMatchObject({ joined: 0, misses: 100, entries: 0 });
  });
});

describe('who joins a call with a deadline', () => {
  const play = (deadline: number | undefined, before: readonly ChatEvent[] = []) => {
    const late = new LlmError('late', { kind: 'timed-out', code: 'total', retryable: false });
    const calls: Subject<ChatEvent>[] = [];
    const { clock, ask } = setUp({}, () => {
      const call = new Subject<ChatEvent>();
      calls.push(call);
      return call;
    });
    const leader = watch(ask(prompt('?', { context: { deadline: 10 } })));
    const joiner = watch(ask(prompt('?', deadline === undefined ? {} : { context: { deadline } })));
    for (const event of before) calls[0]!.next(event);
    clock.frame = 10;
    calls[0]!.error(late);
    return { late, calls, leader, joiner };
  };

  it.each([20, undefined])('asks anew when that is over and its own is %o', (deadline) => {
    const { late, calls, leader, joiner } = play(deadline);
    expect(leader.end).toEqual({ error: late });
    expect(calls).toHaveLength(2);
    for (const event of fine) calls[1]!.next(event);
    expect(joiner.values.slice(1)).toEqual([retried(late), ...fine]);
  });

  it('takes back what was said', () => {
    const { late, calls, joiner } = play(20, [start(), textDelta('a')]);
    calls[1]!.next(start());
    expect(joiner.values.slice(1)).toEqual([
      ...[start(), textDelta('a'), retract(), retried(late), start()],
    ]);
  });

  it.each([
    ['before', [start(), usage({ inputTokens: 9 })]],
    ['after', [start(), usage({ inputTokens: 9 }), textDelta('a')]],
  ])('pays for what it asks anew, %s output', (_, before) => {
    const { calls, joiner } = play(20, before);
    for (const event of answerEvents('own', { usage: { inputTokens: 7 } })) calls[1]!.next(event);
    const [answer] = watch(of(...joiner.values).pipe(toAnswer())).values;
    expect(answer).toMatchObject({ text: 'own', cached: false, attempts: 2 });
    expect(answer!.totalUsage).toEqual({ inputTokens: 7 });
  });

  it('fails with it when its own is over as well', () => {
    const { late, calls, joiner } = play(10);
    expect(calls).toHaveLength(1);
    expect(joiner.end).toEqual({ error: late });
  });

  const retried = (error: LlmError): ChatEvent => ({ type: 'retry', attempt: 2, delay: 0, error });

  /** A hundred callers of a provider that never answers, one in each millisecond. */
  const herd = (layers: (scheduler: VirtualTimeScheduler) => readonly Policy[]) => {
    const clock = new VirtualTimeScheduler(VirtualAction, Infinity);
    let calls = 0;
    const hung: Handler = () => {
      calls += 1;
      return NEVER;
    };
    const ask = layers(clock).reduce((handler: Handler, layer) => compose(handler, layer), hung);
    const ends: number[] = [];
    for (let at = 0; at < 100; at += 1) {
      clock.schedule(() => {
        ask(question).subscribe({ error: () => ends.push(clock.frame) });
      }, at);
    }
    clock.flush();
    return { calls, ends };
  };

  it('fails with it when it is one that a policy inside sets, which all share', () => {
    const { calls, ends } = herd((scheduler) => [
      deadlines({ total: 1000, scheduler }),
      cache({ scheduler }),
    ]);
    expect(calls).toBe(1);
    expect(ends).toEqual(Array.from({ length: 100 }, () => 1000));
  });

  it('asks anew once for all, with the deadline of the one that has the most time', () => {
    const { calls, ends } = herd((scheduler) => [
      deadlines({ idle: 1e6, scheduler }),
      cache({ scheduler }),
      deadlines({ total: 1000, scheduler }),
    ]);
    expect(calls).toBe(2);
    expect(ends).toEqual(Array.from({ length: 100 }, (_, at) => 1000 + at));
  });
});
