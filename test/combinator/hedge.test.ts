import {
  BehaviorSubject,
  concat,
  defer,
  delay as after,
  ignoreElements,
  map,
  NEVER,
  Observable,
  of,
  Subject,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hedge, type HedgeOptions } from '../../src/combinator/hedge';
import { LlmError, type LlmErrorKind } from '../../src/error/llm-error';
import type { RouteEvent } from '../../src/event/chat-event';
import { compose, type Handler } from '../../src/handler';
import { limitRate } from '../../src/policy/limit-rate';
import { retryBackoff } from '../../src/policy/retry-backoff';
import { RetryBudget } from '../../src/policy/state/retry-budget';
import { prompt } from '../../src/request/messages';
import { answerEvents, finish, start, textDelta, usage } from '../../src/testing/index';
import { toAnswer } from '../../src/view/to-answer';
import { watch } from '../support/watch';

const question = prompt('question');
const server = new LlmError('fake: broken', { kind: 'server' });
const clocks: VirtualTimeScheduler[] = [];

/** Two members on a virtual clock, of which the first never answers unless told so. */
function stage(options: HedgeOptions = {}, members: Readonly<Record<string, Handler>> = {}) {
  const clock = new VirtualTimeScheduler();
  clocks.push(clock);
  const asked: [string, number][] = [];
  const noting = ([name, handler]: [string, Handler]): [string, Handler] => [
    name,
    (request) => {
      asked.push([name, clock.now()]);
      return handler(request);
    },
  ];
  const all = { first: () => NEVER, second: () => of(...answerEvents('fine')), ...members };
  const ask = hedge(Object.fromEntries(Object.entries(all).map(noting)), {
    budget: Infinity,
    scheduler: clock,
    ...options,
  });
  const call = (time = Infinity) => {
    asked.length = 0;
    const startedAt = clock.now();
    const watched = watch(ask(question));
    clock.maxFrames = startedAt + time;
    clock.flush();
    return {
      ...watched,
      end: watched.end,
      asked: asked.map(([name, at]) => [name, at - startedAt]),
      route: watched.values.find((event): event is RouteEvent => event.type === 'route'),
    };
  };
  return { call, clock, ask };
}

/** A member that answers after this time. */
const answering =
  (clock: () => VirtualTimeScheduler, time: () => number): Handler =>
  () =>
    defer(() => of(...answerEvents('slow')).pipe(after(time(), clock())));
const latest = (): VirtualTimeScheduler => clocks.at(-1)!;

afterEach(() => {
  vi.useRealTimers();
});

describe('the delay of hedge', () => {
  it.each([0, 30, 5000])('a number: %d ms', (delay) => {
    expect(stage({ delay }).call().asked).toEqual([
      ['first', 0],
      ['second', delay],
    ]);
  });

  it('an Observable, followed while calls run, changes the next wait', () => {
    const delay = new BehaviorSubject(20);
    const { call } = stage({ delay });
    expect(call().asked[1]).toEqual(['second', 20]);
    delay.next(50);
    expect(call().asked[1]).toEqual(['second', 50]);
    expect(delay.observed).toBe(false);
  });

  it('an Observable that has said nothing yet is the error of the call', () => {
    const { end } = stage({ delay: new Subject<number>() }).call();
    expect((end as { error: Error }).error.message).toBe(
      'hedge: delay has no value yet; let its Observable begin with one, as a BehaviorSubject or startWith does',
    );
  });

  it.each([Infinity, of(Infinity)])('%o asks the next one only after a failure', (delay) => {
    const waiting = stage({ delay }).call();
    expect(waiting.asked).toEqual([['first', 0]]);
    expect(latest().actions).toEqual([]);
    waiting.subscription.unsubscribe();
    const failed = stage({ delay }, { first: () => throwError(() => server) }).call();
    expect(failed.asked).toHaveLength(2);
    expect(failed.end).toBe('complete');
  });

  it('never reaches a timer that would fire at once', () => {
    expect(stage({ delay: 2 ** 40 }).call().asked[1]).toEqual(['second', 2 ** 31 - 1]);
  });

  it.each([
    [{}, 2000],
    [{ delay: { percentile: 0.5 } }, 2000],
    [{ delay: { percentile: 0.5, initial: 300 } }, 300],
  ])('a percentile: %o begins with %i ms', (options, expected) => {
    expect(stage(options).call().asked[1]).toEqual(['second', expected]);
  });

  it.each([
    [undefined, 19, 2000],
    [undefined, 20, 20],
    [{ percentile: 0.95 }, 20, 20],
    [{ percentile: 0.9 }, 9, 2000],
    [{ percentile: 0.9 }, 10, 10],
    [{ percentile: 0.5 }, 10, 8],
    [{ percentile: 0 }, 10, 1],
  ])(
    '%o of %i first outputs, the last after 1 ms, the one before after 2 ms, …, is %i ms',
    (delay, calls, expected) => {
      let time = calls + 1;
      const first = answering(latest, () => (time -= 1));
      const { call } = stage({ delay }, { first });
      for (let n = 0; n < calls; n += 1) call();
      time = 1e6;
      expect(call().asked[1]).toEqual(['second', expected]);
    },
  );

  it('a percentile counts a first member that was aborted as slow as it was by then', () => {
    let time = 10;
    const first = answering(latest, () => time);
    const { call } = stage({ delay: { percentile: 0.5, initial: 40 } }, { first });
    for (let n = 0; n < 3; n += 1) call();
    time = 1e6;
    // Each of these waits for 10 ms and then ends: half of the samples stay at 10.
    for (let n = 0; n < 3; n += 1) expect(call().asked[1]).toEqual(['second', 10]);
    const second = answering(latest, () => 50);
    const slow = stage({ delay: { percentile: 0.5, initial: 40 } }, { first, second });
    for (let n = 0; n < 2; n += 1) expect(slow.call().asked[1]).toEqual(['second', 40]);
    expect(slow.call().asked[1]).toEqual(['second', 90]);
  });

  it('a percentile counts neither first members that failed nor calls that were left', () => {
    const firsts: Handler[] = [
      () => throwError(() => server),
      answering(latest, () => 7),
      () => NEVER,
      answering(latest, () => 8),
      () => NEVER,
    ];
    const delay = { percentile: 0, initial: 99 };
    const { call, ask } = stage({ delay }, { first: (request) => firsts.shift()!(request) });
    call();
    watch(ask(question)).subscription.unsubscribe();
    expect(call().asked[1]).toEqual(['second', 99]);
    call();
    expect(call().asked[1]).toEqual(['second', 8]);
  });

  it('a clock that goes back gives no sample below 0', () => {
    const { call, clock } = stage(
      { delay: { percentile: 0, initial: 5 } },
      {
        first: answering(latest, () => 3),
      },
    );
    const now = vi.spyOn(clock, 'now').mockReturnValueOnce(0).mockReturnValueOnce(1e6);
    call();
    now.mockRestore();
    expect(call().asked[1]).toEqual(['second', 0]);
  });

  it('is real time by default', () => {
    vi.useFakeTimers();
    const ask = hedge(
      { first: () => NEVER, second: () => of(...answerEvents('b')) },
      { delay: 70 },
    );
    const watched = watch(ask(question));
    vi.advanceTimersByTime(69);
    expect(watched.end).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(watched.end).toBe('complete');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer once a member has spoken, though the answer goes on', () => {
    const first: Handler = () => concat(timer(3, latest()).pipe(map(() => textDelta('a'))), NEVER);
    const { call, clock } = stage({ delay: 10 }, { first });
    const { values, subscription } = call(3);
    expect(values).toHaveLength(2);
    expect(clock.actions).toEqual([]);
    subscription.unsubscribe();
  });

  it('begins anew with each member, also with one that is asked after a failure', () => {
    const silent = (): Observable<never> => NEVER;
    const failing: Handler = () => throwError(() => server);
    const late: Handler = () =>
      concat(timer(4, latest()).pipe(ignoreElements()), failing(question));
    const asked = (first: Handler, second: Handler): unknown => {
      const answers: Handler = () => of(...answerEvents('fine'));
      const members = { first, second, third: silent, fourth: silent, fifth: answers };
      return stage({ delay: 10 }, members)
        .call()
        .asked.map(([, at]) => at);
    };
    expect(asked(failing, silent)).toEqual([0, 0, 10, 20, 30]);
    expect(asked(failing, failing)).toEqual([0, 0, 0, 10, 20]);
    expect(asked(late, silent)).toEqual([0, 4, 14, 24, 34]);
  });
});

describe('the budget of hedge', () => {
  const hedges = (options: HedgeOptions, calls: number): number => {
    const { call } = stage({ delay: 5, ...options });
    let count = 0;
    for (let n = 0; n < calls; n += 1) {
      const { asked, subscription } = call();
      count += asked.length - 1;
      subscription.unsubscribe();
    }
    return count;
  };

  it.each([
    [{ budget: undefined }, 1000, 50],
    [{ budget: 0.05 }, 1000, 50],
    [{ budget: 0.2 }, 1000, 200],
    [{ budget: 0.05 }, 100, 10],
    [{ budget: 0 }, 100, 0],
    [{ budget: Infinity }, 100, 100],
  ])('%o: of %i calls that need it, %i are hedged', (options, calls, expected) => {
    expect(hedges(options, calls)).toBe(expected);
  });

  it('is one for all that share it, retries too', () => {
    const clock = new VirtualTimeScheduler();
    const budget = new RetryBudget({ ratio: 0.1 });
    expect(hedges({ budget }, 4)).toBe(4);
    const failing: Handler = () => throwError(() => server);
    const retrying = compose(failing, retryBackoff({ budget, attempts: 100, scheduler: clock }));
    watch(retrying(question));
    clock.flush();
    expect(budget.available).toBe(0);
    expect(hedges({ budget }, 1)).toBe(0);
  });

  it('is told of one call each time, and of the failure that asks for more', () => {
    const allowance = { deposit: vi.fn(), withdraw: vi.fn(() => true) };
    const third = () => of(...answerEvents('fine'));
    const { call } = stage(
      { delay: 5, budget: allowance },
      { second: () => throwError(() => server), third },
    );
    expect(call().asked).toEqual([
      ['first', 0],
      ['second', 5],
      ['third', 5],
    ]);
    expect(allowance.deposit).toHaveBeenCalledTimes(1);
    expect(allowance.withdraw.mock.calls).toEqual([[undefined], [server]]);
  });

  describe('an allowance', () => {
    const told = (options: HedgeOptions, members: Readonly<Record<string, Handler>>): unknown[] => {
      const heard: unknown[] = [];
      const budget = {
        deposit: () => heard.push('call'),
        withdraw: (failure: unknown) => heard.push(['more?', failure]) > 0,
        charge: (failure: unknown) => heard.push(['failure', failure]),
        repay: (retried: unknown) => heard.push(['success', retried]),
      };
      stage({ delay: 5, ...options, budget }, members)
        .call(100)
        .subscription.unsubscribe();
      return heard;
    };
    const failing = (kind: LlmErrorKind) => (): Observable<never> =>
      throwError(() => new LlmError('fake', { kind }));
    const failed = (kind: LlmErrorKind): unknown => expect.objectContaining({ kind });

    it.each<[string, Readonly<Record<string, Handler>>, readonly unknown[]]>([
      [
        'a success after a hedge',
        {},
        [
          ['more?', undefined],
          ['success', undefined],
        ],
      ],
      [
        'a success after a failure',
        { first: failing('server') },
        [
          ['failure', failed('server')],
          ['more?', failed('server')],
          ['success', failed('server')],
        ],
      ],
      ['push-back', { first: failing('rate-limited') }, [['failure', failed('rate-limited')]]],
      [
        'what is no matter of the server’s load',
        { first: failing('circuit-open') },
        [
          ['more?', failed('circuit-open')],
          ['success', failed('circuit-open')],
        ],
      ],
      ['what is fatal', { first: failing('invalid-request') }, []],
      [
        'a failure of all',
        { first: failing('server'), second: failing('network') },
        [
          ['failure', failed('server')],
          ['more?', failed('server')],
          ['failure', failed('network')],
        ],
      ],
      [
        'a refusal, which is an answer',
        { first: () => of(finish({ reason: 'content-filter' })) },
        [['success', undefined]],
      ],
      [
        'a call that is left before its end',
        { first: () => concat(of(textDelta('a')), NEVER) },
        [],
      ],
      [
        'a call that is left after its finish',
        { first: () => concat(of(...answerEvents('a')), NEVER) },
        [['success', undefined]],
      ],
    ])('hears of %s', (_, members, expected) => {
      expect(told({}, members)).toEqual(['call', ...expected]);
    });
  });

  it('is not asked when there is nobody left to ask', () => {
    const allowance = { deposit: vi.fn(), withdraw: vi.fn(() => true) };
    const fails = () => throwError(() => server);
    stage({ budget: allowance }, { first: fails, second: fails }).call();
    expect(allowance.withdraw).toHaveBeenCalledTimes(1);
  });

  it('an allowance that throws is the error of the call', () => {
    const thrown = new Error('mine');
    const withdraw = () => {
      throw thrown;
    };
    const budget = { deposit: () => undefined, withdraw };
    expect(stage({ delay: 5, budget }).call().end).toEqual({ error: thrown });
    const first = () => throwError(() => server);
    expect(stage({ budget }, { first }).call().end).toEqual({ error: thrown });
  });
});

describe('what a failure leads to in hedge', () => {
  const failed = (error: unknown) => stage({}, { first: () => throwError(() => error) }).call();

  it.each([
    ['server', 2],
    ['overloaded', 2],
    ['network', 2],
    ['timed-out', 2],
    ['truncated', 2],
    ['malformed', 2],
    ['unauthorized', 2],
    ['quota-exhausted', 2],
    ['circuit-open', 2],
    ['queue-full', 2],
    ['exhausted', 2],
    ['rate-limited', 1],
    ['invalid-request', 1],
    ['content-filtered', 1],
    ['context-too-long', 1],
    ['budget-exceeded', 1],
    ['validation', 1],
  ] as const)('%s: %i members are asked', (kind, members) => {
    const error = new LlmError('fake', { kind });
    const { asked, end } = failed(error);
    expect(asked).toHaveLength(members);
    expect(end).toEqual(members === 2 ? 'complete' : { error });
  });

  it.each([
    ['a wait', { kind: 'overloaded', retryAfter: 0 }, 1],
    ['"do not retry"', { kind: 'server', retryable: false }, 1],
    [
      'a circuit of ours, which knows when it will close',
      { kind: 'circuit-open', retryAfter: 9 },
      2,
    ],
    ['what another member can mend', { kind: 'invalid-request', failover: true }, 2],
    ['what none can mend', { kind: 'server', failover: false }, 1],
  ] as const)('%s', (_, fields, members) => {
    expect(failed(new LlmError('fake', fields)).asked).toHaveLength(members);
  });

  it.each([[{ status: 503 }], [new Error('mine')], [undefined], ['text']])(
    'the foreign error %o is one that another member may mend',
    (error) => {
      const { end, route } = failed(error);
      expect(end).toBe('complete');
      expect(route?.losers).toEqual([{ name: 'first', error }]);
    },
  );

  it('a failure that ends the call leaves the others before it is heard', () => {
    const others = new Subject<never>();
    const { ask, clock } = stage(
      { delay: 5 },
      { first: () => others, second: () => throwError(() => ({ status: 400 })) },
    );
    const observed: boolean[] = [];
    ask(question).subscribe({ error: () => observed.push(others.observed) });
    expect(others.observed).toBe(true);
    clock.flush();
    expect(observed).toEqual([false]);
  });

  it('a failure that ends the call leaves the answer to one that gave its reason for having none', () => {
    const refusal = finish({ reason: 'content-filter' });
    const { values, end } = stage(
      { delay: 5 },
      {
        first: () => of(refusal).pipe(after(7, latest())),
        second: () =>
          concat(
            timer(9, latest()).pipe(ignoreElements()),
            throwError(() => ({ status: 400 })),
          ),
      },
    ).call();
    expect(values.at(-1)).toBe(refusal);
    expect(end).toBe('complete');
  });

  it('the one that failed is left before the next is asked', () => {
    const open: string[] = [];
    const member =
      (name: string): Handler =>
      () =>
        new Observable((destination) => {
          open.push(`+${name}`);
          destination.add(() => open.push(`-${name}`));
          destination.error(server);
        });
    stage({}, { first: member('a'), second: member('b') }).call();
    expect(open).toEqual(['+a', '-a', '+b', '-b']);
  });

  it('what went up is not retried around it', () => {
    const clock = new VirtualTimeScheduler();
    const limited = new LlmError('fake', { kind: 'rate-limited' });
    const first = vi.fn<Handler>(() => throwError(() => limited));
    const ask = compose(
      hedge({ first, second: first }, { scheduler: clock }),
      retryBackoff({ scheduler: clock, retryOn: () => true }),
    );
    const watched = watch(ask(question));
    clock.flush();
    expect(watched.end).toEqual({ error: limited });
    expect(first).toHaveBeenCalledTimes(1);
  });
});

describe('what hedge tells', () => {
  it('counts what losers have used into the total of the answer', () => {
    const first: Handler = () => concat(of(start(), usage({ inputTokens: 5 })), NEVER);
    const second: Handler = () => of(...answerEvents('fine', { usage: { inputTokens: 7 } }));
    const { ask, clock } = stage({ delay: 5 }, { first, second });
    const watched = watch(ask(question).pipe(toAnswer()));
    clock.flush();
    expect(watched.values).toMatchObject([
      { text: 'fine', usage: { inputTokens: 7 }, totalUsage: { inputTokens: 12 } },
    ]);
  });

  it('streams of another type get the first value, without notices', () => {
    const clock = new VirtualTimeScheduler();
    const ask = hedge<string, number>(
      { slow: () => timer(9, clock).pipe(map(() => 1)), fast: () => of(2, 3) },
      { delay: 4, scheduler: clock },
    );
    const watched = watch(ask('?'));
    clock.flush();
    expect(watched.values).toEqual([2, 3]);
    expect(watched.end).toBe('complete');
  });
});

describe('hedge', () => {
  const only = { only: (): Observable<never> => NEVER };

  it.each([
    [{ delay: -1 }, RangeError, 'delay must be a number of at least 0, got -1'],
    [{ delay: NaN }, RangeError, 'delay must be a number of at least 0, got NaN'],
    [{ delay: '5' as never }, TypeError, 'delay must be a number, got string'],
    [{ delay: {} as never }, TypeError, 'delay must be a number, got object'],
    [
      { delay: { percentile: 1 } },
      RangeError,
      'delay.percentile must be a number of at least 0 and at most 0.99, got 1',
    ],
    [
      { delay: { percentile: -0.1 } },
      RangeError,
      'delay.percentile must be a number of at least 0 and at most 0.99, got -0.1',
    ],
    [
      { delay: { percentile: 0.5, initial: -1 } },
      RangeError,
      'delay.initial must be a number of at least 0, got -1',
    ],
    [{ budget: -1 }, RangeError, 'budget must be a number of at least 0, got -1'],
    [{ budget: {} as never }, TypeError, 'budget must be a number, got object'],
  ])('refuses %o', (options, type, message) => {
    expect(() => hedge(only, options)).toThrow(new type(`hedge: ${message}`));
  });

  it('refuses a record without handlers', () => {
    expect(() => hedge({})).toThrow(
      new RangeError('hedge: needs at least one member, got an empty record'),
    );
    expect(() => hedge({ a: 1 as never })).toThrow(
      "hedge: member 'a' must be a handler, got number",
    );
  });
});

it('asks the next member when a limit of this side refuses the first', () => {
  const clock = new VirtualTimeScheduler();
  const limit = limitRate({ requests: 1, mode: 'reject', scheduler: clock });
  const gpt: Handler = () => of(...answerEvents('gpt'));
  const limited = compose(gpt, limit);
  const ask = hedge({ limited, other: () => of(...answerEvents('other')) }, { scheduler: clock });
  const calls = [watch(ask(prompt('1'))), watch(ask(prompt('2')))];
  expect(calls.map(({ end }) => end)).toEqual(['complete', 'complete']);
  expect(calls[1]!.values[0]).toMatchObject({ type: 'route', name: 'other' });
});
