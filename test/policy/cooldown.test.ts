import {
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
import type { ChatEvent } from '../../src/event/chat-event';
import { compose } from '../../src/handler';
import { cooldown, type CooldownOptions, type CooldownState } from '../../src/policy/cooldown';
import { limitRate } from '../../src/policy/limit-rate';
import { retryBackoff } from '../../src/policy/retry-backoff';
import { prompt } from '../../src/request/messages';
import type { ChatRequest } from '../../src/request/chat-request';
import { answerEvents, start, textDelta } from '../../src/testing/index';
import { adjustableClock } from '../support/adjustable-clock';
import { watch } from '../support/watch';

const limited = (retryAfter?: number): LlmError =>
  new LlmError('fake: slow down', { kind: 'rate-limited', retryAfter });
const paused = (retryAfter: number): { error: LlmError } => ({
  error: new LlmError(
    `cooldown: the server wants no requests for ${String(retryAfter)} ms more; ask again then, ` +
      'or give the call a later deadline',
    { kind: 'rate-limited', retryable: false, retryAfter },
  ),
});
const fine = (): Observable<ChatEvent> => of(...answerEvents('fine'));

/** A server that answers after some milliseconds, as it is told for the n-th request. */
function setUp(
  options: CooldownOptions,
  answer: (n: number, now: number) => Observable<ChatEvent> | undefined,
  latency = 5,
) {
  const clock = new VirtualTimeScheduler();
  const policy = cooldown({ scheduler: clock, random: () => 0, ...options });
  const sent: number[] = [];
  const ask = compose<ChatRequest, ChatEvent>(() => {
    const n = sent.length;
    sent.push(clock.now());
    return timer(latency, clock).pipe(mergeMap(() => answer(n, clock.now()) ?? fine()));
  }, policy);
  const states: CooldownState[] = [];
  policy.state$.subscribe((state) => states.push(state));
  return {
    clock,
    policy,
    sent,
    states,
    compose: ask,
    ask: (context: NonNullable<ChatRequest['context']> = {}) =>
      watch(ask(prompt('?', { context }))),
    runTo: (time = Infinity): void => {
      clock.maxFrames = time;
      clock.flush();
      if (time !== Infinity) clock.frame = Math.max(clock.frame, time);
    },
    get state() {
      return watch(policy.state$.pipe(take(1))).values[0]!;
    },
  };
}

/** Refuses the first so many requests, each with the same hint. */
const refusing =
  (count: number, hint?: number) =>
  (n: number): Observable<ChatEvent> | undefined =>
    n < count ? throwError(() => limited(hint)) : undefined;

afterEach(() => {
  vi.useRealTimers();
});

describe('the options of cooldown', () => {
  it.each<readonly [CooldownOptions, number | undefined, readonly number[]]>([
    [{}, undefined, [0, 1005, 3010, 7015]],
    [{ base: 100 }, undefined, [0, 105, 310, 715]],
    [{ base: 100, cap: 150 }, undefined, [0, 105, 260, 415]],
    [{ base: 100, random: () => 0.8 }, undefined, [0, 125, 370, 855]],
    [{ base: 100 }, 70, [0, 75, 150, 225]],
    [{ base: 0 }, undefined, [0, 5, 10, 15]],
  ])('base, cap, random: %o and a hint of %o ask at %o', (options, hint, times) => {
    const given = setUp(options, refusing(3, hint));
    const call = given.ask();
    given.runTo();
    expect(given.sent).toEqual(times);
    expect(call.end).toBe('complete');
  });

  it('random: is Math.random by default', () => {
    const spy = vi.spyOn(Math, 'random').mockReturnValue(0.4);
    const given = setUp({ random: undefined }, refusing(1));
    given.ask();
    given.runTo();
    expect(given.sent).toEqual([0, 1105]);
    spy.mockRestore();
  });

  it.each([
    [undefined, 10],
    [1, 1],
    [3, 3],
  ])('attempts: of %o makes %i, then fails as the last one did', (attempts, made) => {
    const given = setUp({ attempts }, refusing(Infinity, 10));
    const call = given.ask();
    given.runTo();
    expect(given.sent).toHaveLength(made);
    expect(call.end).toEqual({ error: limited(10) });
    const retries = call.values.map((event) => (event.type === 'retry' ? event.attempt : event));
    expect(retries).toEqual(Array.from({ length: made - 1 }, (_, n) => n + 2));
  });

  it('cap: a longer hint is not slept on, but pauses the others for the cap', () => {
    const given = setUp({ cap: 100 }, refusing(1, 101));
    const first = given.ask();
    given.runTo(5);
    expect(first.end).toEqual({ error: limited(101) });
    const second = given.ask();
    given.runTo();
    expect(given.sent).toEqual([0, 105]);
    expect(second.end).toBe('complete');
  });

  it('scheduler: is real time by default', () => {
    vi.useFakeTimers();
    let calls = 0;
    const policy = cooldown({ base: 100, random: () => 0 });
    const ask = compose(() => (calls++ === 0 ? throwError(() => limited()) : fine()), policy);
    const call = watch(ask(prompt('?')));
    vi.advanceTimersByTime(99);
    expect(call.end).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(call.end).toBe('complete');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each<readonly [CooldownOptions, new (message: string) => Error, string]>([
    [{ base: -1 }, RangeError, 'base must be a number of at least 0, got -1'],
    [{ cap: NaN }, RangeError, 'cap must be a number of at least 0, got NaN'],
    [{ attempts: 0 }, RangeError, 'attempts must be a whole number of at least 1, got 0'],
    [{ attempts: 1.5 }, RangeError, 'attempts must be a whole number of at least 1, got 1.5'],
    [{ random: 1 as never }, TypeError, 'random must be a function, got number'],
  ])('refuses %o', (options, type, message) => {
    expect(() => cooldown(options)).toThrow(new type(`cooldown: ${message}`));
  });
});

describe('a pause', () => {
  it('holds a hundred callers to what the server asked, then lets them in step by step', () => {
    // The server refuses all until two seconds after the first request.
    const given = setUp({}, (_, now) => {
      const left = 2005 - now;
      return left > 0 ? throwError(() => limited(left)) : undefined;
    });
    const calls = Array.from({ length: 100 }, () => given.ask());
    given.runTo();
    const later = given.sent.slice(100);
    expect(given.sent.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => 0));
    expect(Math.min(...later)).toBe(2005);
    expect(later).toHaveLength(100);
    expect(Math.max(...later)).toBeLessThan(2100);
    expect(later.filter((at) => at === 2005)).toHaveLength(1);
    expect(later.filter((at) => at === 2010)).toHaveLength(2);
    expect(later.filter((at) => at === 2015)).toHaveLength(4);
    expect(calls.every(({ end }) => end === 'complete')).toBe(true);
    expect(given.state).toEqual({ state: 'open', waiting: 0 });
    expect(given.clock.actions).toEqual([]);
  });

  it('is one for twenty that are refused at once, not twenty', () => {
    const given = setUp({ base: 1000 }, refusing(20));
    for (let n = 0; n < 20; n += 1) given.ask();
    given.runTo(5);
    expect(given.state).toEqual({ state: 'paused', waiting: 20, retryAfter: 1000 });
    expect(given.clock.actions).toHaveLength(1);
    given.runTo();
    expect(given.sent.slice(20, 24)).toEqual([1005, 1010, 1010, 1015]);
    expect(given.sent).toHaveLength(40);
  });

  it('is not made longer by a late refusal of what was sent before it', () => {
    const delays = [10, 500, 1500];
    const clock = new VirtualTimeScheduler();
    const sent: number[] = [];
    const ask = compose(
      () => {
        const delay = delays[sent.length];
        sent.push(clock.now());
        if (delay === undefined) return fine();
        return timer(delay, clock).pipe(mergeMap(() => throwError(() => limited())));
      },
      cooldown({ scheduler: clock, random: () => 0 }),
    );
    for (let n = 0; n < 3; n += 1) watch(ask(prompt('?')));
    clock.flush();
    // One pause of a second; the refusals at 500 and at 1500 begin none.
    expect(sent).toEqual([0, 0, 0, 1010, 1010, 1500]);
  });

  it('binds who was refused late to the time that the server asked of them', () => {
    const clock = new VirtualTimeScheduler();
    const hints = [
      [10, 1000],
      [20, 3000],
    ] as const;
    const sent: number[] = [];
    const ask = compose(
      () => {
        const [delay, hint] = hints[sent.length] ?? [];
        sent.push(clock.now());
        if (delay === undefined) return fine();
        return timer(delay, clock).pipe(mergeMap(() => throwError(() => limited(hint))));
      },
      cooldown({ scheduler: clock }),
    );
    watch(ask(prompt('?')));
    watch(ask(prompt('?')));
    clock.schedule(() => watch(ask(prompt('?'))), 30);
    clock.flush();
    // The newcomer goes after the probe; the second one not before its 3020.
    expect(sent).toEqual([0, 0, 1010, 1010, 3020]);
    expect(clock.actions).toEqual([]);
  });

  it('goes on when the call that reported it leaves', () => {
    const given = setUp({}, refusing(1, 1000));
    const reporter = given.ask();
    given.runTo(10);
    const other = given.ask();
    reporter.subscription.unsubscribe();
    given.runTo();
    expect(given.sent).toEqual([0, 1005]);
    expect(other.end).toBe('complete');
  });

  it('leaves no timer when all have left, and still holds who comes next', () => {
    const given = setUp({}, refusing(1, 1000));
    const reporter = given.ask();
    given.runTo(10);
    reporter.subscription.unsubscribe();
    expect(given.clock.actions).toEqual([]);
    given.runTo(100);
    given.ask();
    given.runTo();
    expect(given.sent).toEqual([0, 1005]);
  });

  it('is over by itself when nobody waits', () => {
    const given = setUp({}, refusing(1, 1000));
    const reporter = given.ask();
    given.runTo(10);
    reporter.subscription.unsubscribe();
    given.runTo(1004);
    expect(given.state).toEqual({ state: 'paused', waiting: 0, retryAfter: 1 });
    given.runTo(1005);
    expect(given.state).toEqual({ state: 'releasing', waiting: 0 });
    given.ask();
    given.ask();
    expect(given.sent).toEqual([0, 1005]);
    given.runTo();
    expect(given.state).toEqual({ state: 'open', waiting: 0 });
  });

  it('is followed by the next when the probe is refused', () => {
    const given = setUp({}, refusing(2));
    const first = given.ask();
    given.runTo(10);
    const second = given.ask();
    given.runTo();
    expect(given.sent).toEqual([0, 1005, 3010, 3015]);
    expect([first.end, second.end]).toEqual(['complete', 'complete']);
  });

  it.each<readonly [string, () => Observable<ChatEvent>]>([
    ['fails otherwise', () => throwError(() => new LlmError('fake', { kind: 'server' }))],
    ['ends', () => of()],
  ])('a probe that %s makes way for the next one', (_, answer) => {
    const given = setUp({}, (n) => (n === 0 ? refusing(1, 100)(0) : n === 1 ? answer() : NEVER));
    given.ask();
    given.runTo(10);
    given.ask();
    given.ask();
    given.runTo();
    expect(given.sent.slice(0, 3)).toEqual([0, 105, 110]);
  });

  it('a probe that is left makes way for the next one', () => {
    const given = setUp({}, refusing(1, 100), 50);
    const probe = given.ask();
    given.runTo(60);
    given.ask();
    given.runTo(155);
    expect(given.sent).toEqual([0, 150]);
    probe.subscription.unsubscribe();
    expect(given.sent).toEqual([0, 150, 155]);
    given.runTo();
  });

  it('no notice makes a probe accepted, but a start does', () => {
    const wait: ChatEvent = { type: 'wait', by: 'limitRate', ahead: 0 };
    const answers = [throwError(() => limited(100)), concat(of(wait), NEVER)];
    const given = setUp({}, (n) => answers[n]);
    const probe = given.ask();
    given.runTo(10);
    given.ask();
    given.runTo();
    expect(probe.values.at(-1)).toEqual(wait);
    expect(given.sent).toHaveLength(2);
    const other = setUp({}, (n) => (n === 0 ? answers[0] : concat(of(start()), NEVER)));
    other.ask();
    other.runTo(10);
    other.ask();
    other.runTo();
    expect(other.sent).toEqual([0, 105, 110]);
  });

  it('is not ended by an acceptance of what was sent before it, nor is the probe', () => {
    const clock = new VirtualTimeScheduler();
    const sent: number[] = [];
    const after = (delay: number, then: Observable<ChatEvent>): Observable<ChatEvent> =>
      timer(delay, clock).pipe(mergeMap(() => then));
    const plans = [
      after(
        10,
        throwError(() => limited(100)),
      ),
      after(20, concat(of(start()), NEVER)),
      after(130, concat(of(start()), NEVER)),
    ];
    const policy = cooldown({ scheduler: clock });
    const ask = compose(() => {
      const plan = plans[sent.length] ?? after(500, fine());
      sent.push(clock.now());
      return plan;
    }, policy);
    for (const at of [0, 0, 0, 50, 140, 150]) clock.schedule(() => watch(ask(prompt('?'))), at);
    clock.flush();
    // The probe goes at 110 and is accepted at 610; until then nobody else goes.
    expect(sent).toEqual([0, 0, 0, 110, 610, 610, 1110]);
  });

  it('is not ended by such an acceptance when nobody waits, either', () => {
    const { clock, ...given } = setUp({}, (n) => {
      if (n === 0) return throwError(() => limited(100));
      const late = timer(20, clock).pipe(mergeMap(() => concat(of(start()), NEVER)));
      return n === 1 ? late : concat(of(start()), NEVER);
    });
    const reporter = given.ask();
    given.ask();
    given.runTo(10);
    reporter.subscription.unsubscribe();
    given.runTo(50);
    given.ask();
    given.ask();
    given.runTo();
    expect(given.sent).toEqual([0, 0, 105, 110]);
  });

  it('ends for who waits before its end is after their deadline', () => {
    const given = setUp({}, refusing(1, 1000));
    const reporter = given.ask({ deadline: 1004 });
    given.runTo(5);
    expect(reporter.end).toEqual({ error: limited(1000) });
    given.runTo(105);
    expect(given.ask({ deadline: 1004 }).end).toEqual(paused(900));
    const patient = given.ask({ deadline: 1005 });
    given.runTo();
    expect(patient.end).toBe('complete');
    expect(given.sent).toEqual([0, 1005]);
  });

  it('ends for who waits when the next pause is too long for their deadline', () => {
    const given = setUp({}, refusing(3));
    given.ask();
    const refused = given.ask({ deadline: 2000 });
    given.runTo(500);
    const held = given.ask({ deadline: 2000 });
    given.runTo(1009);
    expect([refused.end, held.end]).toEqual([undefined, undefined]);
    given.runTo(1010);
    expect(refused.end).toEqual({ error: limited() });
    expect(held.end).toEqual(paused(2000));
  });

  it('ends for all who are too late, though what is torn down with one of them throws', () => {
    const reported = vi.fn();
    config.onUnhandledError = reported;
    vi.useFakeTimers();
    try {
      const given = setUp({}, refusing(3));
      const probe = given.ask();
      given.runTo(500);
      const [broken, late] = [given.ask({ deadline: 2000 }), given.ask({ deadline: 2000 })];
      broken.subscription.add(() => {
        throw new Error('teardown');
      });
      given.runTo(1010);
      vi.runAllTimers();
      expect([broken.end, late.end]).toEqual([paused(2000), paused(2000)]);
      expect(probe.end).toBeUndefined();
      expect(reported).toHaveBeenCalledOnce();
    } finally {
      config.onUnhandledError = null;
      vi.useRealTimers();
    }
  });

  it('is no longer when the clock is put back', () => {
    const { clock, adjust, runTo } = adjustableClock();
    const sent: number[] = [];
    const source = new Observable<string>((subscriber) => {
      sent.push(clock.frame);
      if (sent.length === 1) subscriber.error(limited(1000));
      else subscriber.complete();
    }).pipe(cooldown({ scheduler: clock }));
    watch(source);
    runTo(400);
    adjust(-3_600_000);
    watch(source);
    runTo();
    expect(sent).toEqual([0, 1000, 1000]);
  });
});

describe('what cooldown takes for a refusal', () => {
  it.each<readonly [string, unknown, number]>([
    ['a status', { status: 429 }, 2],
    ['a known error', limited(), 2],
    ['not an overloaded server', { status: 529 }, 1],
    ['not a used-up quota', new LlmError('fake', { kind: 'quota-exhausted' }), 1],
    ['not a limit of this side', new LlmError('m', { kind: 'rate-limited', retryable: false }), 1],
    ['not an error of any other kind', new Error('429'), 1],
    ['nothing', undefined, 1],
  ])('%s', (_, error, calls) => {
    const given = setUp({}, (n) => (n === 0 ? throwError(() => error) : undefined));
    const call = given.ask();
    given.runTo();
    expect(given.sent).toHaveLength(calls);
    if (calls === 1) expect(call.end).toEqual({ error });
  });

  it('after output it goes out as it is, and others pause', () => {
    const said = concat(
      of(start(), textDelta('a')),
      throwError(() => limited(100)),
    );
    const given = setUp({}, (n) => (n === 0 ? said : undefined));
    const call = given.ask();
    given.runTo(5);
    expect(call.values).toEqual([start(), textDelta('a')]);
    expect(call.end).toEqual({ error: limited(100) });
    expect(given.state).toMatchObject({ state: 'paused' });
  });
});

describe('cooldown among other policies', () => {
  it('leaves the attempts of an outer retry alone', () => {
    const broken = new LlmError('fake: broken', { kind: 'server' });
    const answers = [limited(10), broken, limited(10), limited(10), broken, limited(10)];
    const given = setUp({}, (n) => {
      const error = answers[n];
      return error && throwError(() => error);
    });
    const retry = retryBackoff({ attempts: 3, base: 0, scheduler: given.clock });
    const call = watch(compose(given.compose, retry)(prompt('?')));
    given.runTo();
    expect(call.end).toBe('complete');
    expect(given.sent).toHaveLength(7);
  });

  it.each<readonly [string, CooldownOptions, ChatRequest['context']]>([
    ['used up', { attempts: 2 }, {}],
    ['too late', {}, { deadline: 60 }],
  ])('what is %s is not retried by an outer retry', (_, options, context) => {
    const given = setUp(options, refusing(Infinity, 50));
    const retry = retryBackoff({ attempts: 3, base: 0, scheduler: given.clock });
    const call = watch(compose(given.compose, retry)(prompt('?', { context })));
    given.runTo();
    expect(call.end).toEqual({ error: limited(50) });
    expect(given.sent).toHaveLength(2);
  });

  it('does not ask again where an inner layer has used up its retries, but pauses', () => {
    const clock = new VirtualTimeScheduler();
    let calls = 0;
    const policy = cooldown({ scheduler: clock });
    const ask = compose<ChatRequest, ChatEvent>(
      () => {
        calls += 1;
        return throwError(() => limited(10));
      },
      retryBackoff({ attempts: 2, base: 0, scheduler: clock }),
      policy,
    );
    const call = watch(ask(prompt('?')));
    clock.flush();
    expect(call.end).toEqual({ error: limited(10) });
    expect(calls).toBe(2);
    expect(watch(policy.state$.pipe(take(1))).values[0]).toMatchObject({ state: 'paused' });
  });

  it('takes no limit of this side for a word of the server', () => {
    const clock = new VirtualTimeScheduler();
    const limit = limitRate({ requests: 1, mode: 'reject', scheduler: clock });
    const policy = cooldown({ scheduler: clock });
    const ask = compose(fine, limit, policy);
    watch(ask(prompt('?')));
    expect(watch(ask(prompt('?'))).end).toMatchObject({ error: { kind: 'rate-limited' } });
    expect(watch(policy.state$.pipe(take(1))).values[0]).toEqual({ state: 'open', waiting: 0 });
  });
});

describe('cooldown', () => {
  it('tells who was refused of the retry, and who is held of the wait', () => {
    const given = setUp({}, refusing(1, 100));
    const first = given.ask();
    given.runTo(20);
    const second = given.ask();
    expect(first.values).toEqual([{ type: 'retry', attempt: 2, delay: 100, error: limited(100) }]);
    expect(second.values).toEqual([{ type: 'wait', by: 'cooldown', ahead: 1 }]);
  });

  it.each(['retry', 'wait'])('leaves no timer when the caller leaves on hearing %s', (type) => {
    const given = setUp({}, refusing(1, 100));
    const leave = take<ChatEvent>(1);
    const first = type === 'retry' ? watch(given.compose(prompt('?')).pipe(leave)) : given.ask();
    given.runTo(20);
    if (type === 'wait') {
      watch(given.compose(prompt('?')).pipe(leave));
      first.subscription.unsubscribe();
    }
    expect(given.state.waiting).toBe(0);
    expect(given.clock.actions).toEqual([]);
  });

  it('shows its state, first the present one', () => {
    const given = setUp({}, refusing(1, 100));
    given.ask();
    given.runTo();
    expect(given.states.map(({ state, waiting }) => [state, waiting])).toEqual(
      expect.arrayContaining([
        ['open', 0],
        ['paused', 1],
        ['releasing', 0],
      ]),
    );
    expect(given.states[0]).toEqual({ state: 'open', waiting: 0 });
    expect(given.states.at(-1)).toEqual({ state: 'open', waiting: 0 });
  });

  it('who watches the state may leave, and holds nobody up', () => {
    const given = setUp({}, refusing(1, 100));
    const probe = given.ask();
    given.runTo(10);
    const other = given.ask();
    given.policy.state$.subscribe(({ state }) => {
      if (state === 'releasing') probe.subscription.unsubscribe();
    });
    given.runTo();
    expect(other.end).toBe('complete');
    expect(given.clock.actions).toEqual([]);
  });

  it('serves ten thousand that end at once without a deep stack', () => {
    const given = setUp({}, refusing(1, 100));
    given.ask();
    given.runTo(10);
    let served = 0;
    const ask = fine().pipe(given.policy);
    for (let n = 0; n < 10_000; n += 1) ask.subscribe({ complete: () => (served += 1) });
    given.runTo();
    expect(served).toBe(10_000);
  });

  it('ends one attempt before it begins the next, even at once', () => {
    let open = 0;
    let attempts = 0;
    const source = new Observable<string>((subscriber) => {
      open += 1;
      attempts += 1;
      expect(open).toBe(1);
      subscriber.add(() => (open -= 1));
      if (attempts < 4) subscriber.error(limited());
      else subscriber.complete();
    });
    const clock = new VirtualTimeScheduler();
    expect(watch(source.pipe(cooldown({ base: 0, scheduler: clock }))).end).toBe('complete');
    expect([open, attempts]).toEqual([0, 4]);
  });

  it('gives back the pass of an attempt whose teardown throws', () => {
    const clock = new VirtualTimeScheduler();
    const answers = [
      throwError(() => limited()),
      new Observable<ChatEvent>((subscriber) => {
        subscriber.add(() => {
          throw new Error('mine');
        });
        subscriber.error(new LlmError('fake: gone', { kind: 'network' }));
      }),
      fine(),
    ];
    const ask = compose(() => answers.shift()!, cooldown({ base: 10, scheduler: clock }));
    const probe = watch(ask(prompt('?')));
    const next = watch(ask(prompt('?')));
    clock.flush();
    expect(probe.end).toMatchObject({ error: { name: 'UnsubscriptionError' } });
    expect(next.end).toBe('complete');
  });

  it('stops a firehose', () => {
    const source = new Observable<number>((subscriber) => {
      for (let n = 0; !subscriber.closed; n += 1) subscriber.next(n);
    });
    expect(watch(source.pipe(cooldown(), take(3))).values).toEqual([0, 1, 2]);
  });

  it('gives no pass to a call that was left before it came', () => {
    const left = new Subject<void>();
    const given = setUp({ base: 10 }, refusing(1));
    const refused = given.ask();
    given.runTo(5);
    refused.subscription.unsubscribe();
    given.runTo(20);
    const budget = {
      deposit: () => {
        left.next();
      },
      withdraw: () => true,
    };
    const ask = compose(given.compose, retryBackoff({ budget }));
    watch(ask(prompt('?')).pipe(takeUntil(left)));
    const next = given.ask();
    given.runTo();
    expect(next.end).toBe('complete');
  });
});
