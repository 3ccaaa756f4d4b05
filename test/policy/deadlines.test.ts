import {
  forkJoin,
  map,
  NEVER,
  Observable,
  of,
  Subject,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { failover } from '../../src/combinator/failover';
import type { ChatEvent } from '../../src/event/chat-event';
import { compose, type Handler } from '../../src/handler';
import { burst } from '../../src/internal/burst';
import { circuitBreaker } from '../../src/policy/circuit-breaker';
import { deadlines, type DeadlinesOptions } from '../../src/policy/deadlines';
import { retryBackoff } from '../../src/policy/retry-backoff';
import { prompt } from '../../src/request/messages';
import { answerEvents, fakeHandler, start, textDelta } from '../../src/testing/index';
import { adjustableClock } from '../support/adjustable-clock';
import { watch } from '../support/watch';

const question = prompt('question');
const keepAlive = { type: 'keep-alive' } as const;

/** A handler that says one thing after the other, at these times, and then nothing. */
const saying =
  (clock: VirtualTimeScheduler, script: readonly (readonly [at: number, ChatEvent])[]): Handler =>
  () =>
    new Observable((subscriber) => {
      for (const [at, event] of script) {
        subscriber.add(clock.schedule(() => subscriber.next(event), at));
      }
    });

/** When a call ends, and with what code. */
function ended(
  options: DeadlinesOptions,
  script: readonly (readonly [at: number, ChatEvent])[],
): readonly [at: number, code: unknown] {
  const clock = new VirtualTimeScheduler();
  const ask = compose(saying(clock, script), deadlines({ scheduler: clock, ...options }));
  let at = NaN;
  let code: unknown;
  ask(question).subscribe({
    error: (error: { code: unknown }) => {
      at = clock.now();
      code = error.code;
    },
  });
  clock.flush();
  expect(clock.actions).toEqual([]);
  return [at, code];
}

describe('deadlines', () => {
  it('leaves the source before it tells that its time is over', () => {
    const clock = new VirtualTimeScheduler();
    const told: string[] = [];
    const source = new Observable<ChatEvent>(() => () => told.push('left'));
    source.pipe(deadlines({ idle: 10, scheduler: clock })).subscribe({
      error: () => told.push('told'),
    });
    clock.flush();
    expect(told).toEqual(['left', 'told']);
  });

  it.each<[DeadlinesOptions, readonly (readonly [number, ChatEvent])[], readonly unknown[]]>([
    [{ connect: 10 }, [], [10, 'connect']],
    [{ connect: 10 }, [[9, start()]], [NaN, undefined]],
    [{ connect: 10 }, [[9, keepAlive]], [NaN, undefined]],
    [{ connect: 10 }, [[9, { type: 'wait', by: 'queue', ahead: 1 }]], [10, 'connect']],
    [{ connect: 10 }, [[9, { type: 'retract' }]], [10, 'connect']],
    [{ firstToken: 10 }, [[1, start()]], [10, 'first-token']],
    [{ firstToken: 10 }, [[1, keepAlive]], [10, 'first-token']],
    [{ firstToken: 10 }, [[9, textDelta('a')]], [NaN, undefined]],
    [{ firstToken: 10 }, [[9, { type: 'reasoning-delta', text: 'a' }]], [NaN, undefined]],
    [{ idle: 10 }, [], [10, 'idle']],
    [{ idle: 10 }, [[5, start()]], [15, 'idle']],
    [{ idle: 10 }, [[5, keepAlive]], [15, 'idle']],
    [{ idle: 10 }, [[5, { type: 'wait', by: 'queue', ahead: 1 }]], [15, 'idle']],
    [
      { idle: 10 },
      [
        [5, textDelta('a')],
        [14, textDelta('b')],
      ],
      [24, 'idle'],
    ],
    [{ firstToken: 30, idle: 10 }, [[5, start()]], [30, 'first-token']],
    [{ firstToken: 30, idle: 10 }, [[25, textDelta('a')]], [35, 'idle']],
    [{ firstToken: 30, idle: 10 }, [[5, textDelta('a')]], [15, 'idle']],
    [{ connect: 20, firstToken: 30, idle: 5 }, [[2, textDelta('a')]], [7, 'idle']],
    [{ connect: 10, firstToken: 30, idle: 20 }, [[5, textDelta('a')]], [25, 'idle']],
    [{ total: 10 }, [[9, textDelta('a')]], [10, 'total']],
    [{ total: 10, idle: 10 }, [], [10, 'total']],
    [{ connect: 3, firstToken: 5, idle: 7, total: 9 }, [], [3, 'connect']],
    [{ connect: 3, firstToken: 5, idle: 7, total: 9 }, [[1, start()]], [5, 'first-token']],
    [{ connect: 3, firstToken: 5, idle: 7, total: 19 }, [[1, textDelta('a')]], [8, 'idle']],
    [{ connect: 3, firstToken: 5, idle: 7, total: 9 }, [[4, textDelta('a')]], [3, 'connect']],
    [{ idle: 10, total: 2 ** 40 }, [[5, start()]], [15, 'idle']],
    [{ total: Infinity, idle: Infinity }, [], [NaN, undefined]],
  ])('%o of a call that says %o ends at %o', (options, script, end) => {
    expect(ended(options, script)).toEqual(end);
  });

  it('leaves no timer for who was left before it came', () => {
    const clock = new VirtualTimeScheduler();
    const late = NEVER.pipe(deadlines({ total: 1000, scheduler: clock }));
    watch(forkJoin([throwError(() => new Error('first')), late]));
    expect(clock.actions).toEqual([]);
  });

  it('waits longer than a timer can', () => {
    expect(ended({ total: 2 ** 32 }, [[1, textDelta('a')]])).toEqual([2 ** 32, 'total']);
  });

  it.each(['connect', 'firstToken', 'idle', 'total'])('refuses a bad %s', (option) => {
    expect(() => deadlines({ [option]: -1 })).toThrow(
      `deadlines: ${option} must be a number of at least 0, got -1`,
    );
  });

  it('has one timer, however many values come', () => {
    const clock = new VirtualTimeScheduler();
    const ask = compose(
      () => of(...answerEvents(Array.from({ length: 100 }, () => 'a'))),
      deadlines({ connect: 5, firstToken: 5, idle: 5, total: 5, scheduler: clock }),
    );
    let most = 0;
    ask(question).subscribe(() => {
      most = Math.max(most, clock.actions.length);
    });
    expect(most).toBe(1);
    expect(clock.actions).toEqual([]);
  });

  it('counts the idle time from when all that came at once was told', () => {
    const clock = new VirtualTimeScheduler();
    const source = new Subject<ChatEvent>();
    let endedAt = NaN;
    source.pipe(deadlines({ idle: 10, scheduler: clock })).subscribe({
      error: () => (endedAt = clock.now()),
    });
    const tell = (at: number, took: number): void => {
      clock.schedule(() => {
        burst(() => {
          source.next(textDelta('a'));
          clock.frame += took;
          source.next(textDelta('b'));
        });
      }, at);
    };
    tell(4, 0);
    tell(12, 1);
    clock.flush();
    expect(endedAt).toBe(23);
  });

  it('gives nobody up who is slow with what came at once, also on a clock of a test', () => {
    vi.useFakeTimers();
    try {
      const told: string[] = [];
      const source = new Subject<ChatEvent>();
      source.pipe(deadlines({ idle: 10 })).subscribe({
        next: ({ type }) => {
          told.push(type);
          vi.advanceTimersByTime(7);
        },
        error: ({ code }: { code: unknown }) => told.push(`${String(code)} at ${Date.now()}`),
      });
      vi.setSystemTime(0);
      burst(() => {
        for (const event of answerEvents(['a', 'b', 'c'])) source.next(event);
      });
      expect(told).toEqual(['start', 'text-delta', 'text-delta', 'text-delta', 'finish']);
      vi.advanceTimersByTime(9);
      expect(told).toHaveLength(5);
      vi.advanceTimersByTime(1);
      expect(told.at(-1)).toBe('idle at 45');
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends its own call alone where the clock throws behind what came at once', () => {
    const clock = new VirtualTimeScheduler();
    const source = new Subject<ChatEvent>();
    const watched = watch(source.pipe(deadlines({ idle: 10, scheduler: clock })));
    const other = watch(source);
    burst(() => {
      source.next(textDelta('a'));
      clock.now = () => {
        throw new Error('no clock');
      };
    });
    source.next(textDelta('b'));
    expect(watched.end).toEqual({ error: new Error('no clock') });
    expect(other.values).toHaveLength(2);
  });

  it('is over at its time, however long that is', () => {
    for (const firstToken of [5, 20_000]) {
      const late = [firstToken, textDelta('a')] as const;
      expect(ended({ firstToken }, [late])).toEqual([firstToken, 'first-token']);
    }
  });

  it('is told by the outer one also where both wait for long', () => {
    const clock = new VirtualTimeScheduler();
    const breaker = circuitBreaker({ scheduler: clock });
    const inner = deadlines({ connect: 5000, scheduler: clock });
    const outer = deadlines({ total: 25_000, scheduler: clock });
    const ask = compose(saying(clock, [[1, start()]]), inner, breaker, outer);
    const watched = watch(ask(question));
    const states = watch(breaker.state$);
    clock.flush();
    expect(watched.end).toMatchObject({
      error: { message: 'deadlines: no end within 25000 ms; ask again, or raise total' },
    });
    expect(states.values.at(-1)).toMatchObject({ calls: 0 });
  });

  it('is told by the outer one where it ends with an inner one', () => {
    const clock = new VirtualTimeScheduler();
    const never: Handler = () => NEVER;
    const breaker = circuitBreaker({ scheduler: clock });
    const inner = deadlines({ idle: 1000, scheduler: clock });
    const ask = compose(never, inner, breaker, deadlines({ total: 100, scheduler: clock }));
    const watched = watch(ask(question));
    const states = watch(breaker.state$);
    clock.flush();
    expect(watched.end).toMatchObject({
      error: { message: 'deadlines: no end within 100 ms; ask again, or raise total' },
    });
    expect(states.values.at(-1)).toMatchObject({ calls: 0 });
  });

  it.each(['connect', 'firstToken', 'idle'] as const)('%s speaks against the server', (option) => {
    const clock = new VirtualTimeScheduler();
    const call = NEVER.pipe(deadlines({ [option]: 1, scheduler: clock }));
    const watched = watch(call);
    clock.flush();
    expect(watched.end).toMatchObject({
      error: { kind: 'timed-out', retryable: true, failover: true, providerFault: true },
    });
  });

  it.each([
    [[], true],
    [[[1, textDelta('a')] as const], false],
  ])('total of a call that said %o speaks against the server: %o', (script, providerFault) => {
    const clock = new VirtualTimeScheduler();
    const ask = compose(saying(clock, script), deadlines({ total: 5, scheduler: clock }));
    const watched = watch(ask(question));
    clock.flush();
    expect(watched.end).toMatchObject({
      error: { kind: 'timed-out', retryable: false, failover: false, providerFault },
    });
  });
});

describe('deadlines and the request', () => {
  /** The context that the handler behind a policy is asked with. */
  function contextBehind(options: DeadlinesOptions, context = {}): unknown {
    const clock = new VirtualTimeScheduler();
    clock.frame = 100;
    const handler = fakeHandler(answerEvents('fine'));
    watch(compose(handler, deadlines({ ...options, scheduler: clock }))(prompt('?', { context })));
    return handler.requests[0]?.context;
  }

  it('hands down the deadline, the nearest one', () => {
    expect(contextBehind({ total: 50 })).toEqual({ deadline: 150 });
    expect(contextBehind({ total: 50 }, { deadline: 120 })).toEqual({ deadline: 120 });
    expect(contextBehind({ total: 50 }, { deadline: 170, tenant: 'a' })).toEqual({
      deadline: 150,
      tenant: 'a',
    });
    expect(contextBehind({}, { tenant: 'a' })).toEqual({ tenant: 'a' });
  });

  it('asks for keep-alives where they count, and keeps them for itself', () => {
    expect(contextBehind({ idle: 5 })).toEqual({ keepAlives: true });
    expect(contextBehind({ connect: 5 })).toEqual({ keepAlives: true });
    expect(contextBehind({ firstToken: 5 })).toEqual({});
    const handler: Handler = () => of(keepAlive, ...answerEvents('fine'));
    const ask = compose(handler, deadlines({ idle: 5 }), deadlines({ connect: 5 }));
    expect(watch(ask(question)).values).toEqual(answerEvents('fine'));
    const asked = prompt('?', { context: { keepAlives: true } });
    expect(watch(ask(asked)).values).toEqual([keepAlive, ...answerEvents('fine')]);
  });

  it('keeps the deadline of the request', () => {
    const clock = new VirtualTimeScheduler();
    const ask = compose(() => NEVER, deadlines({ scheduler: clock }));
    const watched = watch(ask(prompt('?', { context: { deadline: 30 } })));
    clock.flush();
    expect(clock.now()).toBe(30);
    expect(watched.end).toMatchObject({ error: { code: 'total' } });
  });

  it('passes on what another stream calls a keep-alive', () => {
    const values = [{ type: 'keep-alive' }, { type: 'other' }];
    const policy = deadlines<{ type: string }>({ connect: 10, idle: 10 });
    expect(watch(of(...values).pipe(policy)).values).toEqual(values);
  });

  it.each([
    [5, 'deadlines: no end before the deadline; ask again, or raise total'],
    [50, 'deadlines: no end within 20 ms; ask again, or raise total'],
  ])('names its own limit only where that ended the call: deadline %i', (deadline, message) => {
    const clock = new VirtualTimeScheduler();
    const never: Handler = () => NEVER;
    const ask = compose(never, deadlines({ total: 20, scheduler: clock }));
    const call = watch(ask(prompt('?', { context: { deadline } })));
    clock.flush();
    expect(call.end).toMatchObject({ error: { message } });
  });

  it('asks nobody after the deadline', () => {
    const clock = new VirtualTimeScheduler();
    clock.frame = 100;
    const handler = fakeHandler(answerEvents('fine'));
    const ask = compose(handler, deadlines({ scheduler: clock }));
    const watched = watch(ask(prompt('?', { context: { deadline: 100 } })));
    expect(watched.end).toMatchObject({ error: { code: 'total' } });
    expect(handler.requests).toEqual([]);
  });
});

describe('the clock of deadlines', () => {
  it.each<[DeadlinesOptions, string]>([
    [{ connect: 20 }, 'connect'],
    [{ firstToken: 20 }, 'first-token'],
    [{ idle: 20 }, 'idle'],
    [{ total: 20 }, 'total'],
  ])('%o: may be put back without a call that hangs', (options, code) => {
    const { clock, adjust, runTo } = adjustableClock();
    const never: Handler = () => NEVER;
    const call = watch(compose(never, deadlines({ scheduler: clock, ...options }))(question));
    runTo(10);
    adjust(-3_600_000);
    runTo(19);
    expect(call.end).toBeUndefined();
    runTo(20);
    expect(call.end).toMatchObject({ error: { code } });
  });
});

describe('a share of the time until the deadline', () => {
  const setUp = (total: number) => {
    const clock = new VirtualTimeScheduler();
    const asked: number[] = [];
    const hung: Handler = () => {
      asked.push(clock.now());
      return NEVER;
    };
    return { clock, asked, hung, total: deadlines({ total, scheduler: clock }) };
  };

  it('is given to each attempt of retryBackoff', () => {
    const { clock, asked, hung, total } = setUp(90);
    const retry = retryBackoff({ attempts: 3, base: 0, scheduler: clock });
    const ask = compose(hung, retry, total);
    const watched = watch(ask(question));
    clock.flush();
    expect(asked).toEqual([0, 30, 60]);
    expect(clock.now()).toBe(90);
    expect(watched.end).toMatchObject({ error: { code: 'total' } });
  });

  it('is given to each member of failover, and to the retries of each in turn', () => {
    const { clock, asked, hung, total } = setUp(120);
    const retry = retryBackoff({ attempts: 2, base: 0, scheduler: clock, budget: Infinity });
    const member = compose(hung, retry);
    const ask = compose(failover({ a: member, b: member }, { scheduler: clock }), total);
    watch(ask(question));
    clock.flush();
    expect(asked).toEqual([0, 30, 60, 90]);
  });

  it('is not kept by an attempt with a firstToken deadline of its own, but by the member', () => {
    const { clock, asked, hung, total } = setUp(120);
    const member = compose(
      hung,
      deadlines({ firstToken: 50, scheduler: clock }),
      retryBackoff({ attempts: 3, base: 0, scheduler: clock }),
    );
    const ask = compose(failover({ a: member, b: member }, { scheduler: clock }), total);
    watch(ask(question));
    clock.flush();
    expect(asked).toEqual([0, 50, 60, 110]);
  });

  it.each([
    [{ type: 'wait', by: 'limitRate', ahead: 0 } as const, 90],
    [{ type: 'retry', attempt: 2, delay: 1, error: 0 } as const, 90],
    [start(), 30],
  ])('after %o an attempt is cut at %i', (event, end) => {
    const { clock, total } = setUp(90);
    const ends: number[] = [];
    const held: Handler = () =>
      new Observable((subscriber) => {
        subscriber.next(event);
        return () => ends.push(clock.now());
      });
    const ask = compose(held, retryBackoff({ attempts: 3, base: 0, scheduler: clock }), total);
    watch(ask(question));
    clock.flush();
    expect(ends[0]).toBe(end);
  });

  it('of a member is not lifted by its retries, but by a wait', () => {
    const ends = (event: ChatEvent): number => {
      const { clock, total } = setUp(90);
      let left = NaN;
      const held: Handler = () =>
        new Observable((subscriber) => {
          subscriber.next(event);
          return () => (left = clock.now());
        });
      const ask = compose(failover({ held, other: () => NEVER }, { scheduler: clock }), total);
      watch(ask(question));
      clock.flush();
      return left;
    };
    expect(ends({ type: 'retry', attempt: 2, delay: 1, error: 0 })).toBe(45);
    expect(ends({ type: 'wait', by: 'limitRate', ahead: 0 })).toBe(90);
  });

  it('does not end an attempt that has begun to answer', () => {
    const { clock, total } = setUp(90);
    const slow: Handler = () =>
      timer(0, 10, clock).pipe(
        map((n) => (n < 8 ? textDelta('a') : ({ type: 'finish' } as ChatEvent))),
      );
    const ask = compose(slow, retryBackoff({ attempts: 3, scheduler: clock }), total);
    const watched = watch(ask(question));
    clock.maxFrames = 85;
    clock.flush();
    expect(watched.values).toHaveLength(9);
    expect(watched.end).toBeUndefined();
    watched.subscription.unsubscribe();
    expect(clock.actions).toEqual([]);
  });

  it('leaves out a retry whose wait would outlast the deadline', () => {
    const { clock, total } = setUp(90);
    const failure = { status: 503, headers: { 'retry-after': '1' } };
    const retry = retryBackoff({ scheduler: clock });
    const broken: Handler = () => throwError(() => failure);
    const ask = compose(broken, retry, total);
    const watched = watch(ask(question));
    clock.flush();
    expect(watched.end).toEqual({ error: failure });
    expect(clock.now()).toBe(0);
  });
});
