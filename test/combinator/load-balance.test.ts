import {
  BehaviorSubject,
  defer,
  finalize,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  takeUntil,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import {
  loadBalance,
  type LoadBalanceOptions,
  type MemberState,
} from '../../src/combinator/load-balance';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { prompt } from '../../src/request/messages';
import type { ChatRequest } from '../../src/request/chat-request';
import { answerEvents, finish, start, textDelta } from '../../src/testing/index';
import { seededRandom, watch } from '../support/watch';

const failure = new LlmError('fake: broken', { kind: 'server' });
const ownFault = new LlmError('fake: no such parameter', { kind: 'invalid-request' });

type Run = { readonly name: string; readonly events: Subject<ChatEvent> };

/** A balancer before members whose calls run until told to end. */
function setUp(options: LoadBalanceOptions = {}, names: readonly string[] = ['a', 'b', 'c']) {
  const scheduler = new VirtualTimeScheduler();
  const running: Run[] = [];
  const asked: string[] = [];
  const members = Object.fromEntries(
    names.map((name) => [
      name,
      () =>
        defer(() => {
          const run = { name, events: new Subject<ChatEvent>() };
          running.push(run);
          asked.push(name);
          return run.events.pipe(finalize(() => running.splice(running.indexOf(run), 1)));
        }),
    ]),
  );
  const ask = loadBalance(members, { scheduler, ...options });
  const health: Readonly<Record<string, MemberState>>[] = [];
  ask.health$.subscribe((state) => health.push(state));
  const call = (request: ChatRequest = prompt('?')) => watch(ask(request));
  const last = (name?: string): Run =>
    running.filter((run) => name === undefined || run.name === name).at(-1)!;
  return {
    ask,
    scheduler,
    running,
    asked,
    health,
    call,
    last,
    /** Calls, and ends what was asked. */
    succeed: (request?: ChatRequest): string => {
      call(request);
      const { name, events } = last();
      for (const event of answerEvents('fine')) events.next(event);
      events.complete();
      return name;
    },
    fail: (error: unknown = failure): string => {
      call();
      const { name, events } = last();
      events.error(error);
      return name;
    },
    get state() {
      let state: Readonly<Record<string, MemberState>> = {};
      ask.health$.subscribe((now) => (state = now)).unsubscribe();
      return state;
    },
  };
}

const share = (asked: readonly string[], name: string): number =>
  asked.filter((each) => each === name).length;

describe('the options of loadBalance', () => {
  it.each<[LoadBalanceOptions['by'], Record<string, number>]>([
    ['round-robin', { a: 100, b: 100, c: 100 }],
    ['weighted', { a: 200, b: 100, c: 0 }],
    ['least-in-flight', { a: 100, b: 100, c: 100 }],
    ['peak-ewma', { a: 164, b: 82, c: 54 }],
    ['power-of-two', { a: 163, b: 82, c: 55 }],
    ['sticky', { a: 90, b: 113, c: 97 }],
  ])('by: %s shares three hundred calls under way as %o', (by, shares) => {
    const given = setUp({
      by,
      ...(by === 'weighted' ? { weights: { a: 2, c: 0 } } : {}),
      ...(by === 'power-of-two' ? { random: seededRandom(1) } : {}),
    });
    // Each is known: the first outputs of b and c take two and three times as long as those of a.
    const calls = Array.from({ length: 30 }, () => given.call());
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      given.scheduler.frame = 100 * (at + 1);
      for (const run of given.running) if (run.name === name) run.events.next(textDelta('a'));
    }
    for (const { subscription } of calls) subscription.unsubscribe();
    expect(given.running).toEqual([]);
    given.asked.length = 0;
    for (let n = 0; n < 300; n += 1) {
      given.call(prompt('?', { context: { session: String(n) } }));
    }
    expect({
      a: share(given.asked, 'a'),
      b: share(given.asked, 'b'),
      c: share(given.asked, 'c'),
    }).toEqual(shares);
  });

  it('by: is power-of-two by default, and chance is asked', () => {
    const random = vi.fn(() => 0.9);
    const given = setUp({ random });
    expect(given.succeed()).toBe('c');
    expect(random).toHaveBeenCalledTimes(2);
    const { asked, call } = setUp();
    for (let n = 0; n < 200; n += 1) call().subscription.unsubscribe();
    for (const name of ['a', 'b', 'c']) expect(share(asked, name)).toBeGreaterThan(30);
  });

  it('weights: may follow an Observable, while calls run', () => {
    const weight = new BehaviorSubject(0);
    const given = setUp({ by: 'weighted', weights: { a: weight, b: 1, c: 0 } });
    expect([given.succeed(), given.succeed()]).toEqual(['b', 'b']);
    expect(weight.observed).toBe(false);
    weight.next(3);
    given.call();
    expect(weight.observed).toBe(true);
    expect(given.state).toMatchObject({ a: { weight: 3 }, b: { weight: 1 }, c: { weight: 0 } });
    weight.next(0);
    expect(given.health.at(-1)).toMatchObject({ a: { weight: 0 } });
    expect([given.succeed(), given.succeed(), given.succeed()]).toEqual(['b', 'b', 'b']);
  });

  it('weights: are 1 by default, also for a name that every object has', () => {
    const given = setUp({ by: 'weighted' }, ['constructor', 'b']);
    expect([given.succeed(), given.succeed()]).toEqual(['constructor', 'b']);
  });

  it('weights: are shown as far as they are known', () => {
    const given = setUp({ by: 'weighted', weights: { a: 2, b: of(3) } });
    const weights = () => Object.values(given.state).map(({ weight }) => weight);
    expect(weights()).toEqual([2, undefined, 1]);
    given.call();
    expect(weights()).toEqual([2, 3, 1]);
    expect('weight' in setUp().state['a']!).toBe(false);
  });

  it('weights: none at all, and one without a value yet, are the error of the call', () => {
    const none = setUp({ by: 'weighted', weights: { a: 0, b: 0, c: 0 } });
    expect(none.call().end).toEqual({
      error: new RangeError('loadBalance: every weight is 0; give a member a weight above 0'),
    });
    const unknown = setUp({ by: 'weighted', weights: { b: NEVER } });
    expect(unknown.call().end).toEqual({
      error: new TypeError(
        'loadBalance: weights.b has no value yet; let its Observable begin with one, ' +
          'as a BehaviorSubject or startWith does',
      ),
    });
    expect([none.asked, unknown.asked]).toEqual([[], []]);
    expect(unknown.state).toMatchObject({ a: { weight: 1 }, b: { inFlight: 0 } });
  });

  it('weights: a member that has none is no substitute for one that fails', () => {
    const given = setUp({ by: 'weighted', weights: { c: 0 }, eject: { failures: 1 } });
    expect([given.fail(), given.fail(), given.fail(), given.fail()]).toEqual(['a', 'b', 'b', 'b']);
  });

  it('weights: when none but ejected members are left, they are asked', () => {
    const weight = new BehaviorSubject(1);
    const given = setUp({ by: 'weighted', weights: { b: weight, c: 0 }, eject: { failures: 1 } });
    given.fail();
    weight.next(0);
    expect([given.succeed(), given.succeed()]).toEqual(['a', 'a']);
  });

  it("session: is the request's own by default", () => {
    const given = setUp({ by: 'sticky' });
    const asked = ['ann', 'ben', 'eve', 'kim', 'max'].flatMap((session) => {
      const request = prompt('?', { context: { session } });
      return [[given.succeed(request), given.succeed(request), given.succeed(request)]];
    });
    expect(asked.every(([first, ...others]) => others.every((name) => name === first))).toBe(true);
    expect(new Set(asked.flat()).size).toBe(3);
    expect([given.succeed(), given.succeed(), given.succeed()]).toEqual(['a', 'b', 'c']);
  });

  it('session: may be asked of the request', () => {
    const session = vi.fn((request: ChatRequest) => request.context?.tenant);
    const given = setUp({ by: 'sticky', session });
    const request = prompt('?', { context: { tenant: 'acme', session: 'any' } });
    const names = Array.from({ length: 9 }, (_, n) => {
      given.succeed();
      return given.succeed({ ...request, context: { ...request.context, session: String(n) } });
    });
    expect(new Set(names).size).toBe(1);
    expect(session).toHaveBeenCalledTimes(18);
  });

  it.each([
    [undefined, 5],
    [{}, 5],
    [{ failures: 2 }, 2],
  ])('eject: %o leaves a member out after %i failures', (eject, failures) => {
    const given = setUp({ by: 'round-robin', eject });
    for (let n = 0; n < 3 * (failures - 1); n += 1) given.fail();
    expect(given.state['a']).toEqual({
      ...{ inFlight: 0, firstOutput: undefined, failures: failures - 1 },
    });
    expect(given.fail()).toBe('a');
    expect(given.state['a']).toEqual({
      ...{ inFlight: 0, firstOutput: undefined, failures, ejectedUntil: 30_000 },
    });
    expect(['b', 'c', 'b', 'c']).toEqual(Array.from({ length: 4 }, () => given.succeed()));
  });

  it('eject: false leaves nobody out', () => {
    const given = setUp({ by: 'round-robin', eject: false });
    for (let n = 0; n < 60; n += 1) given.fail();
    expect(share(given.asked, 'a')).toBe(20);
    expect(given.state['a']).toEqual({ inFlight: 0, firstOutput: undefined, failures: 20 });
  });

  it.each<[LoadBalanceOptions, ErrorConstructor, string]>([
    [
      { by: 'random' as never },
      TypeError,
      "by must be one of 'round-robin', 'weighted', 'least-in-flight', 'peak-ewma', " +
        "'power-of-two', 'sticky', got random",
    ],
    [
      { weights: { a: 1 } },
      TypeError,
      "weights changes nothing by 'power-of-two'; leave it out, or set by to 'weighted'",
    ],
    [
      { by: 'weighted', session: () => 'one' },
      TypeError,
      "session changes nothing by 'weighted'; leave it out, or set by to 'sticky'",
    ],
    [
      { by: 'sticky', random: () => 0 },
      TypeError,
      "random changes nothing by 'sticky'; leave it out, or set by to 'power-of-two'",
    ],
    [
      { by: 'weighted', weights: { d: 1 } },
      TypeError,
      "weights has 'd', which is not a member; the members are a, b, c",
    ],
    [
      { by: 'weighted', weights: { a: -1 } },
      RangeError,
      'weights.a must be a number of at least 0 and at most 1000000, got -1',
    ],
    [
      { by: 'sticky', session: 'one' as never },
      TypeError,
      'session must be a function, got string',
    ],
    [{ random: 1 as never }, TypeError, 'random must be a function, got number'],
    [
      { eject: { failures: 0 } },
      RangeError,
      'eject.failures must be a whole number of at least 1, got 0',
    ],
    [
      { eject: { base: 0 } },
      RangeError,
      'eject.base must be a number of at least 1 and at most 2147483647, got 0',
    ],
    [
      { eject: { base: 10, cap: 9 } },
      RangeError,
      'eject.cap must be a number of at least 10 and at most 2147483647, got 9',
    ],
  ])('refuses %o', (options, type, message) => {
    expect(() => setUp(options)).toThrow(new type(`loadBalance: ${message}`));
  });

  it('eject: true is not what it means', () => {
    expect(() => setUp({ eject: true as never })).toThrow(
      new TypeError('loadBalance: eject must be { failures, base, cap } or false, got true'),
    );
  });

  it('eject: caps at five minutes, or at a base that is longer', () => {
    const given = setUp({ by: 'round-robin', eject: { failures: 1, base: 200_000 } }, ['a', 'b']);
    given.fail();
    given.scheduler.frame = 200_000;
    given.succeed();
    expect(given.fail()).toBe('a');
    expect(given.state['a']!.ejectedUntil).toBe(500_000);
    const longer = setUp({ by: 'round-robin', eject: { failures: 1, base: 400_000 } });
    longer.fail();
    expect(longer.state['a']!.ejectedUntil).toBe(400_000);
  });

  it('takes undefined for those that change nothing', () => {
    expect(() =>
      setUp({ by: 'round-robin', weights: undefined, session: undefined, random: undefined }),
    ).not.toThrow();
  });

  it('refuses an empty record', () => {
    expect(() => loadBalance({})).toThrow(
      new RangeError('loadBalance: needs at least one member, got an empty record'),
    );
  });
});

describe('a member of loadBalance', () => {
  it('is left out for longer each time, and finds its way back with one call at a time', () => {
    const eject = { failures: 1, base: 100, cap: 250 };
    const given = setUp({ by: 'least-in-flight', eject }, ['a', 'b']);
    expect(given.fail()).toBe('a');
    const until: (number | undefined)[] = [given.state['a']!.ejectedUntil];
    for (const at of [100, 300, 550]) {
      given.scheduler.frame = at - 1;
      expect(given.succeed()).toBe('b');
      given.scheduler.frame = at;
      expect(given.fail()).toBe('a');
      until.push(given.state['a']!.ejectedUntil);
    }
    expect(until).toEqual([100, 300, 550, 800]);
    given.scheduler.frame = 800;
    const calls = Array.from({ length: 50 }, () => given.call());
    expect(given.running.map(({ name }) => name)).toEqual(['a', ...Array<string>(49).fill('b')]);
    given.running[0]!.events.next(finish());
    expect(given.state['a']).toEqual({ inFlight: 0, firstOutput: undefined, failures: 0 });
    for (let n = 0; n < 9; n += 1) given.call();
    expect(given.running.slice(-9).map(({ name }) => name)).toEqual(Array(9).fill('a'));
    for (const { subscription } of calls) subscription.unsubscribe();
  });

  it('is asked though it fails when it is the last one', () => {
    const given = setUp({ by: 'round-robin', eject: { failures: 1 } });
    const asked = Array.from({ length: 9 }, () => given.fail());
    expect(asked.join('')).toBe('abccccccc');
    expect(given.state['c']!.ejectedUntil).toBeUndefined();
    const only = setUp({}, ['only']);
    expect(Array.from({ length: 9 }, () => only.fail())).toEqual(Array(9).fill('only'));
  });

  it.each<LoadBalanceOptions['by']>([
    'round-robin',
    'weighted',
    'least-in-flight',
    'peak-ewma',
    'power-of-two',
    'sticky',
  ])('is not starved by %s, though it failed and never answered', (by) => {
    const given = setUp({ by, eject: false });
    given.call().subscription.unsubscribe();
    for (let n = 0; n < 60 && share(given.asked, 'b') < 4; n += 1) {
      given.call(prompt('?', { context: { session: String(n) } }));
      const { name, events } = given.last();
      if (name === 'b') events.error(failure);
      else for (const event of answerEvents('fine')) events.next(event);
    }
    given.asked.length = 0;
    for (let n = 0; n < 300; n += 1) {
      given.scheduler.frame += 10_000;
      given.succeed(prompt('?', { context: { session: String(n) } }));
    }
    expect(share(given.asked, 'b')).toBeGreaterThan(20);
  });

  it('is told from one whose caller left, or has made a mistake', () => {
    const given = setUp({ by: 'round-robin', eject: { failures: 1 } }, ['a', 'b']);
    given.call().subscription.unsubscribe();
    given.fail(ownFault);
    given.fail({ status: 404 });
    const limited = new LlmError('fake: slow down', { kind: 'rate-limited' });
    given.fail(limited);
    const unknown = { inFlight: 0, firstOutput: undefined, failures: 0 };
    expect(given.state).toEqual({ a: unknown, b: unknown });
    given.fail({ status: 503 });
    expect(given.state['a']).toMatchObject({ failures: 1, ejectedUntil: 30_000 });
  });

  it.each(
    (['least-in-flight', 'peak-ewma', 'power-of-two'] as const).flatMap((by) =>
      (['rate-limited', 'quota-exhausted', 'unauthorized', 'circuit-open'] as const).map(
        (kind) => [by, kind] as const,
      ),
    ),
  )('does not draw all calls by %s, though it is fast to refuse them as %s', (by, kind) => {
    const given = setUp({ by, random: by === 'power-of-two' ? seededRandom(1) : undefined }, [
      'a',
      'b',
    ]);
    const refusal = new LlmError('fake: not now', { kind });
    for (let n = 0; n < 200; n += 1) {
      given.scheduler.frame += 100;
      given.call();
      const { name, events } = given.last();
      if (name === 'a') events.error(refusal);
      else events.next(textDelta('b'));
      const done = given.running.length > 10 ? given.running[0]! : undefined;
      for (const event of [textDelta('c'), finish()]) done?.events.next(event);
      done?.events.complete();
    }
    expect(share(given.asked, 'a')).toBeLessThan(20);
    expect(given.state['a']).toEqual({ inFlight: 0, firstOutput: undefined, failures: 0 });
    // Its limit may be no more in force.
    given.scheduler.frame += 600_000;
    given.asked.length = 0;
    for (let n = 0; n < 20; n += 1) given.succeed();
    expect(share(given.asked, 'a')).toBeGreaterThan(5);
  });

  it('is left out further where it refuses to tell whether it is back', () => {
    const given = setUp({ by: 'least-in-flight', eject: { failures: 1, base: 100 } }, ['a', 'b']);
    expect(given.fail()).toBe('a');
    given.scheduler.frame = 100;
    expect(given.fail(new LlmError('fake: open', { kind: 'circuit-open' }))).toBe('a');
    expect(given.state['a']!.ejectedUntil).toBe(300);
    expect(given.succeed()).toBe('b');
  });

  it('keeps its failures when a call is left, and loses them when one has finished', () => {
    const given = setUp({}, ['only']);
    given.fail();
    given.call().subscription.unsubscribe();
    expect(given.state['only']!.failures).toBe(1);
    const finished = given.call();
    given.last().events.next(finish());
    finished.subscription.unsubscribe();
    expect(given.state['only']!.failures).toBe(0);
  });

  it('is measured at the first output, also of a call that is left then', () => {
    const given = setUp({}, ['only']);
    const { subscription } = given.call();
    given.scheduler.frame = 40;
    given.last().events.next(start());
    expect(given.state['only']!.firstOutput).toBeUndefined();
    given.scheduler.frame = 70;
    given.last().events.next(textDelta('a'));
    given.scheduler.frame = 90;
    given.last().events.next(textDelta('b'));
    expect(given.state['only']).toEqual({ inFlight: 1, firstOutput: 70, failures: 0 });
    subscription.unsubscribe();
    given.fail();
    expect(given.state['only']).toEqual({ inFlight: 0, firstOutput: 70, failures: 1 });
  });

  it('is measured from the beginning of its call', () => {
    const given = setUp({}, ['only']);
    given.call();
    given.scheduler.frame = 100;
    given.call();
    given.scheduler.frame = 130;
    given.last().events.next(textDelta('a'));
    expect(given.state['only']!.firstOutput).toBe(30);
  });

  it.each(['complete', 'error', 'unsubscribe'] as const)('is free after %s, once', (how) => {
    const given = setUp({}, ['only']);
    const { subscription } = given.call();
    const { events } = given.last();
    expect(given.state['only']!.inFlight).toBe(1);
    if (how === 'complete') events.complete();
    else if (how === 'error') events.error(failure);
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(given.state['only']!.inFlight).toBe(0);
    expect(given.running).toEqual([]);
  });

  it('is free already for those who hear of the end', () => {
    const given = setUp({}, ['only']);
    const seen: number[] = [];
    const look = () => seen.push(given.state['only']!.inFlight);
    given.ask(prompt('?')).subscribe({ error: look });
    given.last().events.error(failure);
    given.ask(prompt('?')).subscribe({ complete: look });
    given.last().events.complete();
    expect(seen).toEqual([0, 0]);
  });

  it('that throws has failed', () => {
    const broken = (): never => {
      throw failure;
    };
    const ask = loadBalance({ broken });
    let state: Readonly<Record<string, MemberState>> = {};
    ask.health$.subscribe((health) => (state = health));
    expect(watch(ask(prompt('?'))).end).toEqual({ error: failure });
    expect(state['broken']).toEqual({ inFlight: 0, firstOutput: undefined, failures: 1 });
  });
});

describe('loadBalance', () => {
  it('says who is asked, before anything else, in chat only', () => {
    const ask = loadBalance({ only: () => of(...answerEvents('fine')) });
    expect(watch(ask(prompt('?'))).values).toEqual([
      { type: 'route', by: 'loadBalance', name: 'only' },
      ...answerEvents('fine'),
    ]);
    const embed = loadBalance({ only: (text: string) => of(text.length) }, { by: 'sticky' });
    expect(watch(embed('four')).values).toEqual([4]);
    expect(
      watch(loadBalance({ only: () => of(1) }, { by: 'sticky' })(null as never)).values,
    ).toEqual([1]);
  });

  it('asks nobody when the caller leaves on hearing who would be asked', () => {
    const given = setUp();
    watch(given.ask(prompt('?')).pipe(take(1)));
    expect(given.asked).toEqual([]);
    expect(Object.values(given.state).map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
  });

  it('asks nobody when who watches the health ends the call', () => {
    const given = setUp();
    const leave = new Subject<void>();
    given.ask.health$.subscribe((state) => {
      if (Object.values(state).some(({ inFlight }) => inFlight > 0)) leave.next();
    });
    const { values } = watch(given.ask(prompt('?')).pipe(takeUntil(leave)));
    expect([values, given.asked]).toEqual([[], []]);
    expect(Object.values(given.state).map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
  });

  it('makes a choice for each subscription, not before', () => {
    const given = setUp({ by: 'round-robin' });
    const call = given.ask(prompt('?'));
    expect(given.asked).toEqual([]);
    watch(call);
    watch(call);
    expect(given.asked).toEqual(['a', 'b']);
  });

  it('stops a firehose', () => {
    const endless = new Observable<ChatEvent>((subscriber) => {
      while (!subscriber.closed) subscriber.next(textDelta('a'));
    });
    const ask = loadBalance({ endless: () => endless });
    expect(watch(ask(prompt('?')).pipe(take(3))).values).toHaveLength(3);
  });

  it('goes on when the clock is set back', () => {
    const given = setUp({ by: 'round-robin', eject: { failures: 1 } }, ['a', 'b']);
    given.scheduler.frame = 1_000_000;
    given.fail();
    given.scheduler.frame = 500;
    expect(given.state['a']!.ejectedUntil).toBe(30_500);
    given.scheduler.frame = 30_500;
    expect([given.succeed(), given.succeed()]).toEqual(['b', 'a']);
  });

  it('passes on errors as they are', () => {
    const ask = loadBalance({ only: () => throwError(() => failure) });
    expect((watch(ask(prompt('?'))).end as { error: unknown }).error).toBe(failure);
  });
});
