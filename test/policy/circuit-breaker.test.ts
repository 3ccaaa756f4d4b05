import {
  BehaviorSubject,
  concat,
  EMPTY,
  NEVER,
  type Observable,
  of,
  Subject,
  take,
  takeUntil,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { LlmError, type LlmErrorKind } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { compose, type Handler } from '../../src/handler';
import {
  circuitBreaker,
  type CircuitBreakerOptions,
  type CircuitState,
} from '../../src/policy/circuit-breaker';
import { retryBackoff } from '../../src/policy/retry-backoff';
import { prompt } from '../../src/request/messages';
import type { ChatRequest } from '../../src/request/chat-request';
import { answerEvents, finish, start, textDelta } from '../../src/testing/index';
import { watch } from '../support/watch';

const failure = new LlmError('fake: broken', { kind: 'server' });

/** A breaker, and calls that end as they are told to, at once. */
function setUp(options: CircuitBreakerOptions = {}) {
  const scheduler = new VirtualTimeScheduler();
  const breaker = circuitBreaker<unknown>({ scheduler, ...options });
  const states: CircuitState[] = [];
  breaker.state$.subscribe((state) => states.push(state));
  const fail = (error: unknown = failure) => watch(throwError(() => error).pipe(breaker)).end;
  const succeed = () => watch(of('fine').pipe(breaker)).end;
  return {
    breaker,
    scheduler,
    states,
    fail,
    succeed,
    many: (count: number, call: () => unknown): void => {
      for (let n = 0; n < count; n += 1) call();
    },
    hold: () => watch(NEVER.pipe(breaker)),
    answerAfter: (latency: number): void => {
      const source = new Subject();
      watch(source.pipe(breaker));
      scheduler.frame += latency;
      source.next('first');
      source.complete();
    },
    get state() {
      let state: CircuitState | undefined;
      breaker.state$.subscribe((now) => (state = now)).unsubscribe();
      return state!;
    },
  };
}

const refused = expect.objectContaining({ kind: 'circuit-open' }) as unknown;

describe('the options of circuitBreaker', () => {
  it('window: counts the last calls', () => {
    const given = setUp({ window: { calls: 4 }, minimumCalls: 2, failureRate: 0.75 });
    given.many(9, given.succeed);
    given.many(2, given.fail);
    expect(given.state).toEqual({
      ...{ state: 'closed', calls: 4, failureRate: 0.5, slowCallRate: 0 },
    });
    given.fail();
    expect(given.state).toMatchObject({ state: 'open', calls: 4, failureRate: 0.75 });
  });

  it.each([
    [{ span: 1000 }, 1000],
    [undefined, 30_000],
  ])('window: of %o counts what ended within %i ms', (window, span) => {
    const given = setUp({ window });
    given.many(9, given.fail);
    given.scheduler.frame += span - 1;
    expect(given.state.calls).toBe(9);
    given.scheduler.frame += 1;
    given.fail();
    expect(given.state).toMatchObject({ state: 'closed', calls: 1 });
  });

  it.each([
    [{ minimumCalls: 3 }, 3],
    [{}, 10],
    [{ window: { calls: 50 } }, 10],
    [{ window: { calls: 5 } }, 5],
    [{ window: { calls: 5 }, minimumCalls: 2 }, 2],
  ])('minimumCalls: with %o it opens after %i', (options, calls) => {
    const given = setUp(options);
    given.many(calls - 1, given.fail);
    expect(given.state.state).toBe('closed');
    given.fail();
    expect(given.state.state).toBe('open');
  });

  it.each([
    [undefined, 5],
    [0.2, 2],
    [1, 10],
    [0, 1],
  ])('failureRate: of %o opens with %i of ten', (failureRate, failures) => {
    const given = setUp({ failureRate });
    given.many(failures - 1, given.fail);
    given.many(11 - failures, given.succeed);
    expect(given.state.state).toBe('closed');
    const other = setUp({ failureRate });
    other.many(failures, other.fail);
    other.many(10 - failures, other.succeed);
    expect(other.state).toMatchObject({ state: 'open', failureRate: failures / 10 });
  });

  it.each([7, 14, 28, 55, 56])('failureRate: of 0.%i opens with just so many', (failures) => {
    const rules = { window: { calls: 100 }, minimumCalls: 100, failureRate: failures / 100 };
    const given = setUp(rules);
    given.many(100 - failures, given.succeed);
    given.many(failures, given.fail);
    expect(given.state.state).toBe('open');
  });

  it.each([
    [undefined, 10],
    [0.5, 5],
    [0, 1],
  ])('slowCallRate: of %o opens with %i slow calls of ten', (slowCallRate, slow) => {
    const given = setUp({ slowCallRate, slowAfter: 5, window: { calls: 10 } });
    given.many(10 - slow, given.succeed);
    given.many(slow - 1, () => given.answerAfter(5));
    expect(given.state.state).toBe('closed');
    given.answerAfter(5);
    expect(given.state).toMatchObject({ state: 'open', slowCallRate: slow / 10, failureRate: 0 });
  });

  it.each([
    [undefined, 60_000],
    [20, 20],
  ])('slowAfter: of %o takes %i ms for slow, and not less', (slowAfter, latency) => {
    const given = setUp({ slowAfter, window: { calls: 10 }, slowCallRate: 0, minimumCalls: 2 });
    given.many(2, () => given.answerAfter(latency - 1));
    expect(given.state).toMatchObject({ state: 'closed', calls: 2, slowCallRate: 0 });
    given.answerAfter(latency);
    expect(given.state.state).toBe('open');
  });

  it('rates may follow an Observable, while calls run', () => {
    const failureRate = new BehaviorSubject(1);
    const slowCallRate = new BehaviorSubject(1);
    const options = { window: { calls: 2 }, slowAfter: 5, failureRate, slowCallRate };
    const given = setUp(options);
    given.many(2, given.fail);
    expect(given.state.state).toBe('open');
    given.breaker.reset();
    given.many(2, () => given.answerAfter(5));
    expect(given.state.state).toBe('open');
    given.breaker.reset();
    expect([failureRate.observed, slowCallRate.observed]).toEqual([false, false]);
    failureRate.next(0.5);
    given.many(1, given.succeed);
    given.fail();
    expect(given.state.state).toBe('open');
    given.breaker.reset();
    slowCallRate.next(0.5);
    given.succeed();
    given.answerAfter(5);
    expect(given.state.state).toBe('open');
  });

  it('a rate without a value yet is the error of the call, which is not made', () => {
    const { breaker } = setUp({ failureRate: NEVER });
    const source = vi.fn((): Observable<unknown> => of('fine'));
    const ask = compose(source, breaker);
    expect(watch(ask('?')).end).toEqual({
      error: new TypeError(
        'circuitBreaker: failureRate has no value yet; let its Observable begin with one, ' +
          'as a BehaviorSubject or startWith does',
      ),
    });
    expect(source).not.toHaveBeenCalled();
  });

  it.each([
    [undefined, 30_000],
    [70, 70],
  ])('openFor: of %o refuses for %i ms, and says how long still', (openFor, left) => {
    const given = setUp({ openFor, minimumCalls: 1 });
    given.fail();
    given.scheduler.frame += 30;
    expect(given.succeed()).toEqual({
      error: new LlmError(
        `circuitBreaker: 1 of 1 calls failed and 0 were slow; ask again in ${left - 30} ms, ` +
          'or let failover ask another member',
        { kind: 'circuit-open', retryAfter: left - 30 },
      ),
    });
    expect(given.state).toMatchObject({ state: 'open', retryAfter: left - 30 });
    given.scheduler.frame += left - 31;
    expect(given.succeed()).toEqual({ error: refused });
    given.scheduler.frame += 1;
    expect(given.state).toMatchObject({ state: 'open', retryAfter: 0 });
    expect(given.succeed()).toBe('complete');
  });

  it.each([
    [undefined, 3],
    [1, 1],
    [7, 7],
  ])('probes: of %o lets %i of a thousand through', (probes, admitted) => {
    const given = setUp({ probes, minimumCalls: 1 });
    given.fail();
    given.scheduler.frame += 30_000;
    const calls = Array.from({ length: 1000 }, () => given.hold());
    expect(calls.filter(({ end }) => end === undefined)).toHaveLength(admitted);
    expect(calls.slice(admitted).map(({ end }) => end)).toEqual(
      Array(1000 - admitted).fill({
        error: new LlmError(
          'circuitBreaker: its probes still run; ask again when they have ended, ' +
            'or let failover ask another member',
          { kind: 'circuit-open' },
        ),
      }),
    );
    expect(given.state.state).toBe('half-open');
    calls[0]!.subscription.unsubscribe();
    given.many(admitted - 1, given.succeed);
    given.many(admitted, () => calls.shift()!.subscription.unsubscribe());
    given.many(admitted, given.succeed);
    expect(given.state.state).toBe('closed');
  });

  it.each<[LlmErrorKind, 'open' | 'closed']>([
    ['overloaded', 'open'],
    ['server', 'open'],
    ['network', 'open'],
    ['timed-out', 'open'],
    ['truncated', 'open'],
    ['malformed', 'open'],
    ['rate-limited', 'closed'],
    ['invalid-request', 'closed'],
    ['unauthorized', 'closed'],
    ['quota-exhausted', 'closed'],
    ['content-filtered', 'closed'],
    ['context-too-long', 'closed'],
    ['circuit-open', 'closed'],
    ['queue-full', 'closed'],
    ['budget-exceeded', 'closed'],
    ['validation', 'closed'],
    ['exhausted', 'closed'],
  ])('isFailure: after %s it is %s', (kind, state) => {
    const given = setUp({ minimumCalls: 1 });
    given.fail(new LlmError('fake', { kind }));
    expect(given.state).toMatchObject({ state, calls: state === 'open' ? 1 : 0 });
  });

  it('isFailure: knows errors of other libraries too', () => {
    const given = setUp({ minimumCalls: 1 });
    given.many(3, () => given.fail({ status: 404 }));
    expect(given.state).toMatchObject({ state: 'closed', calls: 0 });
    given.fail({ status: 503 });
    expect(given.state.state).toBe('open');
  });

  it('isFailure: may be asked', () => {
    const isFailure = vi.fn((error: unknown) => error === 'mine');
    const given = setUp({ minimumCalls: 1, isFailure });
    given.fail(failure);
    expect(given.state.state).toBe('closed');
    given.fail('mine');
    expect(given.state.state).toBe('open');
    expect(isFailure.mock.calls).toEqual([[failure], ['mine']]);
  });

  it.each([
    [
      { window: { calls: 0 } },
      RangeError,
      'window.calls must be a whole number of at least 1 and at most 1000000, got 0',
    ],
    [
      { window: { calls: 1.5 } },
      RangeError,
      'window.calls must be a whole number of at least 1 and at most 1000000, got 1.5',
    ],
    [{ window: { span: 0 } }, RangeError, 'window.span must be a number of at least 1, got 0'],
    [{ window: {} as never }, TypeError, 'window.span must be a number, got undefined'],
    [{ window: 30 as never }, TypeError, 'window must be { calls } or { span }, got number'],
    [
      { window: { calls: 5, span: 9 } },
      TypeError,
      'window must be { calls } or { span }, got both',
    ],
    [{ minimumCalls: 0 }, RangeError, 'minimumCalls must be a whole number of at least 1, got 0'],
    [
      { minimumCalls: 6, window: { calls: 5 } },
      RangeError,
      'minimumCalls must be a whole number of at least 1 and at most 5, got 6',
    ],
    [
      { failureRate: 1.1 },
      RangeError,
      'failureRate must be a number of at least 0 and at most 1, got 1.1',
    ],
    [
      { slowCallRate: -1 },
      RangeError,
      'slowCallRate must be a number of at least 0 and at most 1, got -1',
    ],
    [{ slowAfter: NaN }, RangeError, 'slowAfter must be a number of at least 0, got NaN'],
    [
      { openFor: 0 },
      RangeError,
      'openFor must be a number of at least 1 and at most 2147483647, got 0',
    ],
    [
      { openFor: Infinity },
      RangeError,
      'openFor must be a number of at least 1 and at most 2147483647, got Infinity',
    ],
    [
      { probes: 0 },
      RangeError,
      'probes must be a whole number of at least 1 and at most 1000000, got 0',
    ],
    [{ isFailure: 1 as never }, TypeError, 'isFailure must be a function, got number'],
  ])('refuses %o', (options, type, message) => {
    expect(() => circuitBreaker(options)).toThrow(new type(`circuitBreaker: ${message}`));
  });
});

describe('what circuitBreaker counts', () => {
  const chat = (handler: Handler, options: CircuitBreakerOptions) => {
    const breaker = circuitBreaker({ minimumCalls: 1, failureRate: 0, ...options });
    const states: CircuitState[] = [];
    breaker.state$.subscribe((state) => states.push(state));
    const ask = compose<ChatRequest, ChatEvent>(handler, breaker);
    return { states, call: () => ask(prompt('?')) };
  };

  it('is a call that has finished, though its caller leaves before it completes', () => {
    const { states, call } = chat(() => concat(of(start(), finish()), NEVER), {});
    watch(call()).subscription.unsubscribe();
    expect(states.at(-1)).toMatchObject({ calls: 1, failureRate: 0 });
  });

  it('is no call that was left, not even a slow one', () => {
    const { states, call } = chat(() => concat(of(start(), textDelta('a')), NEVER), {
      slowAfter: 0,
    });
    watch(call()).subscription.unsubscribe();
    watch(call().pipe(take(2)));
    expect(states).toHaveLength(1);
  });

  it('is a failure when a stream breaks off after output', () => {
    const { states, call } = chat(
      () =>
        concat(
          of(textDelta('a')),
          throwError(() => failure),
        ),
      {},
    );
    expect(watch(call()).end).toEqual({ error: failure });
    expect(states.at(-1)).toMatchObject({ state: 'open', calls: 1 });
  });

  it('is one call, however often a retry nearer to the wire tries', () => {
    const given = setUp({ window: { calls: 5 } });
    const scheduler = new VirtualTimeScheduler();
    const retried = throwError(() => failure).pipe(
      retryBackoff({ scheduler, budget: Infinity }),
      given.breaker,
    );
    watch(retried);
    scheduler.flush();
    expect(given.state.calls).toBe(1);
  });

  it('is nothing of a call that began before the circuit opened, or was reset', () => {
    const given = setUp({ minimumCalls: 1, openFor: 10, probes: 1 });
    const sources = [1, 2, 3, 4].map(() => new Subject());
    for (const source of sources) watch(source.pipe(given.breaker));
    given.fail();
    sources[0]!.complete();
    sources[1]!.error(failure);
    expect(given.state).toMatchObject({ state: 'open', calls: 1, failureRate: 1 });
    given.scheduler.frame += 10;
    given.hold();
    sources[2]!.complete();
    expect(given.state).toMatchObject({ state: 'half-open', calls: 0 });
    given.breaker.reset();
    sources[3]!.error(failure);
    expect(given.state).toMatchObject({ state: 'closed', calls: 0 });
  });
});

describe('circuitBreaker', () => {
  it('can be held open, and reset', () => {
    const given = setUp();
    given.fail();
    given.breaker.forceOpen();
    expect(given.state).toEqual({
      ...{ state: 'forced-open', calls: 1, failureRate: 1, slowCallRate: 0 },
    });
    given.scheduler.frame += 1e9;
    expect(given.succeed()).toEqual({
      error: new LlmError(
        'circuitBreaker: held open by forceOpen(); call reset() to close it, ' +
          'or let failover ask another member',
        { kind: 'circuit-open' },
      ),
    });
    given.breaker.reset();
    expect(given.state).toMatchObject({ state: 'closed', calls: 0 });
    expect(given.succeed()).toBe('complete');
  });

  it('refuses before any work, and its refusal is for failover, not for retry', () => {
    const { breaker } = setUp();
    breaker.forceOpen();
    const handler = vi.fn((): Observable<unknown> => EMPTY);
    const { end } = watch(compose(handler, breaker)('?'));
    expect(end).toEqual({ error: refused });
    expect((end as { error: LlmError }).error).toMatchObject({
      ...{ retryable: false, failover: true, providerFault: false },
    });
    expect(handler).not.toHaveBeenCalled();
  });

  it('tells each change, and nothing else', () => {
    const given = setUp({ minimumCalls: 2, openFor: 10, probes: 1 });
    given.fail();
    given.fail();
    given.succeed();
    given.fail({ status: 400 });
    given.scheduler.frame += 10;
    given.hold().subscription.unsubscribe();
    given.succeed();
    given.hold().subscription.unsubscribe();
    expect(given.states.map(({ state, calls }) => `${state} ${calls}`)).toEqual([
      ...['closed 0', 'closed 1', 'open 2', 'half-open 0', 'closed 0'],
    ]);
  });

  it('lets who watches the state end the call that changes it', () => {
    const given = setUp({ minimumCalls: 1, openFor: 10, probes: 1 });
    given.fail();
    given.scheduler.frame += 10;
    const handler = vi.fn((): Observable<unknown> => NEVER);
    const leave = new Subject<void>();
    const watching = given.breaker.state$.subscribe(({ state }) => {
      if (state === 'half-open') leave.next();
    });
    watch(compose(handler, given.breaker)('?').pipe(takeUntil(leave)));
    expect(given.state.state).toBe('half-open');
    expect(handler).not.toHaveBeenCalled();
    watching.unsubscribe();
    expect(given.hold().end).toBeUndefined();
  });

  it('is one of the instance: in two pipelines and as an operator', () => {
    const { breaker } = setUp({ minimumCalls: 3 });
    const failing = (): Observable<unknown> => throwError(() => failure);
    watch(compose(failing, breaker)('?'));
    watch(compose(failing, breaker)('?'));
    watch(failing().pipe(breaker));
    expect(watch(of('fine').pipe(breaker)).end).toEqual({ error: refused });
    expect(watch(of('fine').pipe(circuitBreaker())).end).toBe('complete');
  });

  it('is cold, and puts nothing into the stream', () => {
    const { breaker } = setUp();
    const handler = vi.fn(() => of(...answerEvents('fine')));
    const call = compose<ChatRequest, unknown>(handler, breaker)(prompt('?'));
    expect(handler).not.toHaveBeenCalled();
    expect(watch(call).values).toEqual(answerEvents('fine'));
    watch(call);
    expect(handler).toHaveBeenCalledTimes(2);
  });
});
