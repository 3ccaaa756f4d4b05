import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { concat, defer, NEVER, Observable, of, take, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { askEach, type Outcome } from '../src/combinator/ask-each';
import { failover } from '../src/combinator/failover';
import { hedge } from '../src/combinator/hedge';
import { loadBalance } from '../src/combinator/load-balance';
import { raceFirstToken } from '../src/combinator/race-first-token';
import { route } from '../src/combinator/route';
import { LlmError } from '../src/error/llm-error';
import type { ChatEvent } from '../src/event/chat-event';
import { compose, type Handler } from '../src/handler';
import { adaptConcurrency } from '../src/policy/adapt-concurrency';
import { admission } from '../src/policy/admission';
import { cache } from '../src/policy/cache';
import { circuitBreaker } from '../src/policy/circuit-breaker';
import { cooldown } from '../src/policy/cooldown';
import { deadlines } from '../src/policy/deadlines';
import { limitConcurrency } from '../src/policy/limit-concurrency';
import { limitRate } from '../src/policy/limit-rate';
import { retryBackoff } from '../src/policy/retry-backoff';
import { prompt } from '../src/request/messages';
import { finish, start, textDelta } from '../src/testing/index';
import { standard } from '../src/standard';
import { coalesce } from '../src/view/coalesce';
import { textDeltas } from '../src/view/text-deltas';
import { textSoFar } from '../src/view/text-so-far';
import { toAnswer } from '../src/view/to-answer';
import { toAsyncIterable } from '../src/view/to-async-iterable';
import { toReadableStream } from '../src/view/to-readable-stream';
import {
  anyScript,
  errors,
  fatal,
  isWhole,
  Player,
  type Script,
  wholeScript,
} from './support/scripts';
import { exportedNames } from './support/syntax';
import { watch, type Watched } from './support/watch';

/*
 * The laws that every policy, combinator and view keeps, whatever flows through it. A row
 * puts one of them, freshly made, around a handler; the laws are run over all rows.
 */

const question = prompt('question');

interface Row {
  /** The public name, and in which role where it has several. */
  readonly name: string;
  readonly as?: string;
  /** One call through a new instance. */
  readonly call: (handler: Handler, clock: VirtualTimeScheduler) => Observable<unknown>;
  /** How it reports that its call failed. By default the call ends with that error. */
  readonly failure?: (watched: Watched<unknown>) => unknown;
  /** It says all at the end, so that a stream without end says nothing. */
  readonly folds?: true;
  /** A second call may be answered from what the first one said. */
  readonly keeps?: true;
  /** The most calls that one subscription makes of a handler that fails. */
  readonly attempts?: number;
  /** It ends a call that stalls. */
  readonly impatient?: true;
}

const retry = (clock: VirtualTimeScheduler) =>
  retryBackoff({ scheduler: clock, attempts: 3, base: 5, budget: Infinity, random: () => 1 });
// Longer than any script.
const limits = { connect: 1_000, firstToken: 1_000, idle: 1_000, total: 5_000 };
const asOutcome = ({ values, end }: Watched<unknown>): unknown => {
  const [outcome] = values as Outcome[];
  return end === 'complete' && outcome?.ok === false ? { error: outcome.error } : undefined;
};
/** Before its first output, a racer that fails is one failure of all. */
const asGroup =
  (at: number, of: number) =>
  ({ end }: Watched<unknown>): unknown => {
    const group = typeof end === 'object' && LlmError.is(end.error) ? end.error : undefined;
    if (group?.kind !== 'exhausted') return end;
    expect(group.errors).toHaveLength(of);
    return { error: group.errors![at] };
  };

const rows: readonly Row[] = [
  {
    name: 'retryBackoff',
    as: 'a policy',
    call: (handler, clock) => compose(handler, retry(clock))(question),
    attempts: 3,
  },
  {
    name: 'retryBackoff',
    as: 'an operator',
    call: (handler, clock) => defer(() => handler(question)).pipe(retry(clock)),
    attempts: 3,
  },
  {
    name: 'limitConcurrency',
    as: 'a policy',
    call: (handler) => compose(handler, limitConcurrency({ max: 1 }))(question),
  },
  {
    name: 'limitConcurrency',
    as: 'an operator',
    call: (handler) => defer(() => handler(question)).pipe(limitConcurrency({ max: 1 })),
  },
  {
    name: 'circuitBreaker',
    as: 'a policy',
    call: (handler, clock) => compose(handler, circuitBreaker({ scheduler: clock }))(question),
  },
  {
    name: 'circuitBreaker',
    as: 'an operator',
    call: (handler, clock) =>
      defer(() => handler(question)).pipe(circuitBreaker({ scheduler: clock })),
  },
  {
    name: 'adaptConcurrency',
    as: 'a policy',
    call: (handler, clock) =>
      compose(handler, adaptConcurrency({ initial: 1, max: 1, scheduler: clock }))(question),
  },
  {
    name: 'adaptConcurrency',
    as: 'an operator',
    call: (handler, clock) =>
      defer(() => handler(question)).pipe(
        adaptConcurrency({ initial: 1, max: 1, scheduler: clock }),
      ),
  },
  {
    name: 'admission',
    as: 'a policy',
    call: (handler, clock) =>
      compose(
        handler,
        admission({ maxInFlight: 1, maxWait: Infinity, scheduler: clock }),
      )(question),
  },
  {
    name: 'admission',
    as: 'an operator',
    call: (handler, clock) =>
      defer(() => handler(question)).pipe(
        admission({ maxInFlight: 1, maxWait: Infinity, scheduler: clock }),
      ),
  },
  {
    name: 'deadlines',
    as: 'a policy',
    call: (handler, clock) =>
      compose(handler, deadlines({ ...limits, scheduler: clock }))(question),
    impatient: true,
  },
  {
    name: 'deadlines',
    as: 'an operator',
    call: (handler, clock) =>
      defer(() => handler(question)).pipe(deadlines({ ...limits, scheduler: clock })),
    impatient: true,
  },
  {
    name: 'cooldown',
    as: 'a policy',
    call: (handler, clock) => compose(handler, cooldown({ scheduler: clock }))(question),
  },
  {
    name: 'cooldown',
    as: 'an operator',
    call: (handler, clock) => defer(() => handler(question)).pipe(cooldown({ scheduler: clock })),
  },
  {
    name: 'cooldown',
    as: 'a probe, once an attempt was refused',
    call: (handler, clock) => {
      let attempts = 0;
      const refusing: Handler = (request) => {
        attempts += 1;
        return attempts % 2 === 1 ? throwError(() => ({ status: 429 })) : handler(request);
      };
      return compose(refusing, cooldown({ base: 0, scheduler: clock }))(question);
    },
  },
  {
    name: 'limitRate',
    as: 'a policy',
    call: (handler, clock) =>
      compose(handler, limitRate({ requests: 9, tokens: 5000, scheduler: clock }))(question),
  },
  {
    name: 'limitRate',
    as: 'an operator',
    call: (handler, clock) =>
      defer(() => handler(question)).pipe(limitRate({ requests: 9, scheduler: clock })),
  },
  {
    name: 'limitRate',
    as: 'a limit of one call in some milliseconds',
    call: (handler, clock) =>
      compose(handler, limitRate({ requests: 1, per: 4, scheduler: clock }))(question),
  },
  {
    name: 'cache',
    call: (handler, clock) => compose(handler, cache({ scheduler: clock }))(question),
    keeps: true,
  },
  {
    name: 'failover',
    as: 'the only member',
    call: (handler) => failover({ only: handler })(question),
    failure: asGroup(0, 1),
  },
  {
    name: 'failover',
    as: 'the second member',
    call: (handler) =>
      failover({ first: () => throwError(() => ({ status: 503 })), second: handler })(question),
    failure: asGroup(1, 2),
  },
  {
    name: 'failover',
    as: 'both members',
    call: (handler) => failover({ first: handler, second: handler })(question),
    failure: asGroup(1, 2),
    attempts: 2,
  },
  {
    name: 'loadBalance',
    as: 'the only member',
    call: (handler, clock) => loadBalance({ only: handler }, { scheduler: clock })(question),
  },
  {
    name: 'loadBalance',
    as: 'one of two members',
    call: (handler, clock) => {
      const weights = { other: 0 };
      const members = { other: () => NEVER, one: handler };
      return loadBalance(members, { by: 'weighted', weights, scheduler: clock })(question);
    },
  },
  {
    name: 'standard',
    as: 'the only member',
    call: (handler, clock) => {
      const ask = standard(
        { only: handler },
        {
          ...{ deadlines: limits, retryBackoff: { base: 5, budget: Infinity } },
          ...{ scheduler: clock, random: () => 1 },
        },
      );
      return ask(question);
    },
    failure: asGroup(0, 1),
    attempts: 3,
    impatient: true,
  },
  {
    name: 'raceFirstToken',
    as: 'the only member',
    call: (handler) => raceFirstToken({ only: handler })(question),
    failure: asGroup(0, 1),
  },
  {
    name: 'raceFirstToken',
    as: 'the last that runs',
    call: (handler) =>
      raceFirstToken({ other: () => throwError(() => ({ status: 503 })), last: handler })(question),
    failure: asGroup(1, 2),
  },
  {
    name: 'hedge',
    as: 'the only member',
    call: (handler, clock) => hedge({ only: handler }, { scheduler: clock })(question),
    failure: asGroup(0, 1),
  },
  {
    name: 'hedge',
    as: 'the second member',
    call: (handler, clock) =>
      hedge(
        { first: () => throwError(() => ({ status: 503 })), second: handler },
        { scheduler: clock },
      )(question),
    failure: asGroup(1, 2),
  },
  {
    name: 'hedge',
    as: 'both members',
    call: (handler, clock) =>
      hedge(
        { first: handler, second: handler },
        { delay: Infinity, budget: Infinity, scheduler: clock },
      )(question),
    failure: asGroup(1, 2),
    attempts: 2,
  },
  {
    name: 'route',
    as: 'the member of a rule',
    call: (handler) =>
      route([{ to: 'other', when: { minLength: 1000 } }, { to: 'one' }], {
        other: () => NEVER,
        one: handler,
      })(question),
  },
  {
    name: 'route',
    as: 'the member that a function names',
    call: (handler) => route(() => 'one', { one: handler })(question),
  },
  {
    name: 'askEach',
    call: (handler, clock) => of(question).pipe(askEach(handler, { scheduler: clock })),
    failure: asOutcome,
    folds: true,
  },
  {
    name: 'coalesce',
    call: (handler, clock) =>
      defer(() => handler(question)).pipe(coalesce({ span: 3, maxLength: 4, scheduler: clock })),
  },
  { name: 'textDeltas', call: (handler) => defer(() => handler(question)).pipe(textDeltas()) },
  { name: 'textSoFar', call: (handler) => defer(() => handler(question)).pipe(textSoFar()) },
  {
    name: 'toAnswer',
    call: (handler, clock) => defer(() => handler(question)).pipe(toAnswer({ scheduler: clock })),
    folds: true,
  },
];

const title = ({ name, as }: Row): string => (as === undefined ? name : `${name} as ${as}`);
const cases = rows.map((row) => [title(row), row] as const);
// Any of them, where `nat` would mostly take the first and the last.
const moment = (last: number): fc.Arbitrary<number> => fc.noBias(fc.nat(last));
const runs = { numRuns: 60, seed: 1 };

/** One call through a row, in virtual time. */
function stage(row: Row, ...scripts: readonly Script[]) {
  const clock = new VirtualTimeScheduler();
  const player = new Player(clock);
  const call = row.call(player.handler(...scripts), clock);
  return {
    clock,
    player,
    call,
    /** Runs the clock to this time, or until nothing is left to do. */
    runTo: (time = Infinity): void => {
      clock.maxFrames = time;
      clock.flush();
      if (time !== Infinity) clock.frame = Math.max(clock.frame, time);
    },
  };
}

/** What came, but for what only tells of other callers. */
const output = ({ values, end }: Watched<unknown>): unknown => ({
  values: values.filter((value) => {
    const { type } = (value ?? {}) as { type?: unknown };
    return type !== 'cache' && type !== 'wait';
  }),
  end,
});
const failureOf = (row: Row, watched: Watched<unknown>): unknown => {
  const failed = row.failure ? row.failure(watched) : watched.end;
  expect(failed).toHaveProperty('error');
  return (failed as { error: unknown }).error;
};

const forgettingTimes = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner: unknown) => (isTime(key) ? 0 : inner)));
const isTime = (key: string): boolean => ['timings', 'cached', 'totalUsage'].includes(key);

describe.each(cases)('the laws: %s', (_, row) => {
  it('nothing happens before subscribe, and each subscription is a call', () => {
    fc.assert(
      fc.property(wholeScript, (script) => {
        const { player, call, runTo } = stage(row, script);
        runTo();
        expect(player.calls).toBe(0);
        watch(call);
        expect(player.calls).toBe(1);
        runTo();
        watch(call);
        runTo();
        expect(player.calls).toBe(row.keeps ? 1 : 2);
      }),
      runs,
    );
  });

  it('ends once, as its source does, and says nothing after', () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const { call, runTo, player, clock } = stage(row, script);
        const notifications: string[] = [];
        const hear = (what: string) => (): void => void notifications.push(what);
        const watched = watch(call);
        call.subscribe({ next: hear('next'), error: hear('error'), complete: hear('complete') });
        runTo();
        const ends = notifications.filter((what) => what !== 'next');
        const stalls = script.end === 'never' && !row.impatient;
        expect(ends).toHaveLength(stalls ? 0 : 1);
        if (ends.length > 0) expect(notifications.at(-1)).toBe(ends[0]);
        if (!stalls) {
          expect(watched.end).toBeDefined();
          expect(player.open).toBe(0);
          expect(clock.actions).toEqual([]);
        }
      }),
      runs,
    );
  });

  it('passes on the same error', () => {
    fc.assert(
      fc.property(
        anyScript.filter(({ end }) => typeof end === 'object'),
        (script) => {
          const { call, runTo } = stage(row, script);
          const watched = watch(call);
          runTo();
          const { error } = script.end as { error: unknown };
          expect(failureOf(row, watched)).toBe(error);
        },
      ),
      runs,
    );
  });

  it('never makes a whole answer of a broken one', () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const { call, runTo } = stage(row, script);
        const { values } = watch(call);
        runTo();
        const finishes = script.steps.filter(({ event }) => event.type === 'finish').length;
        const said = values.filter((value) => {
          const { type, ok, finish: finished } = value as Record<string, unknown>;
          return type === 'finish' || ok === true || finished !== undefined;
        });
        expect(said.length).toBeLessThanOrEqual(finishes * (row.attempts ?? 1));
      }),
      runs,
    );
  });

  it('can be left at any time, by any caller, and leaves nothing behind', () => {
    fc.assert(
      fc.property(anyScript, wholeScript, moment(10), moment(12), (script, whole, joins, stays) => {
        const { call, runTo, player, clock } = stage(row, script, whole);
        const first = watch(call);
        runTo(joins);
        const second = watch(call);
        runTo(joins + stays);
        const said = (): number[] => [player.calls, first.values.length, second.values.length];
        const before = said();
        const kept = first.end !== undefined && player.calls === 1;
        second.subscription.unsubscribe();
        first.subscription.unsubscribe();
        expect(player.open).toBe(0);
        expect(clock.actions).toEqual([]);
        runTo();
        expect(said()).toEqual(before);
        // The instance is as good as new: what was left is not kept, and holds no place.
        if (kept) return;
        player.calls = 1;
        const next = watch(call);
        runTo();
        const fresh = stage(row, whole);
        const expected = watch(fresh.call);
        fresh.runTo();
        expect(forgettingTimes(output(next))).toEqual(forgettingTimes(output(expected)));
        expect(next.end).toBe('complete');
      }),
      runs,
    );
  });

  it('begins anew with each subscription, unless the first one was answered whole', () => {
    fc.assert(
      fc.property(
        anyScript.filter(({ end }) => end !== 'never'),
        (script) => {
          const { call, runTo, player } = stage(row, script);
          const first = watch(call);
          runTo();
          const { calls } = player;
          const second = watch(call);
          runTo();
          expect(forgettingTimes(output(second))).toEqual(forgettingTimes(output(first)));
          expect(player.calls).toBe(row.keeps && isWhole(script) ? calls : 2 * calls);
        },
      ),
      runs,
    );
  });

  it('ends one attempt before it begins the next, and makes no more than it may', () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const { call, runTo, player } = stage(row, script);
        const { subscription } = watch(call);
        runTo();
        expect(player.most).toBe(1);
        expect(player.calls).toBeLessThanOrEqual(row.attempts ?? 1);
        subscription.unsubscribe();
      }),
      runs,
    );
  });

  it('keeps subscriptions apart: one that leaves changes nothing for the other', () => {
    fc.assert(
      fc.property(anyScript, moment(10), moment(10), (script, joins, stays) => {
        const alone = stage(row, script);
        const expected = watch(alone.call);
        alone.runTo();
        const both = stage(row, script);
        const left = watch(both.call);
        both.runTo(joins);
        const stayed = watch(both.call);
        both.runTo(joins + stays);
        left.subscription.unsubscribe();
        both.runTo();
        expect(forgettingTimes(output(stayed))).toEqual(forgettingTimes(output(expected)));
        expect(both.player.open).toBe(script.end === 'never' && !row.impatient ? 1 : 0);
        stayed.subscription.unsubscribe();
        expect(both.player.open).toBe(0);
        expect(both.clock.actions).toEqual([]);
      }),
      runs,
    );
  });

  it('stops a source that never pauses', () => {
    let made = 0;
    const firehose: Handler = () =>
      new Observable((subscriber) => {
        while (!subscriber.closed && made < 10_000) {
          made += 1;
          subscriber.next(textDelta('a'));
        }
      });
    const watched = watch(row.call(firehose, new VirtualTimeScheduler()).pipe(take(3)));
    if (row.folds) watched.subscription.unsubscribe();
    else expect(watched.values).toHaveLength(3);
    expect(made).toBeLessThan(row.folds ? 10_001 : 20);
  });

  it.each(errors.map((error) => [error]))(
    'takes a handler that throws %o for one whose call fails with it',
    (error) => {
      const outputs = [
        (): never => {
          throw error;
        },
        () => throwError(() => error),
      ].map((handler) => {
        const clock = new VirtualTimeScheduler();
        const watched = watch(row.call(handler, clock));
        clock.flush();
        expect(failureOf(row, watched)).toBe(error);
        return output(watched);
      });
      expect(outputs[0]).toEqual(outputs[1]);
    },
  );
});

/** User code in an option: it throws, and the call fails with that. */
const callbacks: Readonly<
  Record<string, (raise: () => never) => (handler: Handler) => Observable<unknown>>
> = {
  'retryBackoff retryOn': (retryOn) => (handler) =>
    compose(handler, retryBackoff({ retryOn }))(question),
  'retryBackoff random': (random) => (handler) =>
    compose(handler, retryBackoff({ random }))(question),
  'limitConcurrency priority': (priority) => (handler) =>
    compose(handler, limitConcurrency({ max: 1, priority }))(question),
  'circuitBreaker isFailure': (isFailure) => (handler) =>
    compose(handler, circuitBreaker({ isFailure }))(question),
  'adaptConcurrency priority': (priority) => (handler) =>
    compose(handler, adaptConcurrency({ priority }))(question),
  'admission priority': (priority) => (handler) =>
    compose(handler, admission({ maxInFlight: 1, priority }))(question),
  'cooldown random': (random) => () =>
    compose(() => throwError(() => ({ status: 429 })), cooldown({ random }))(question),
  'limitRate priority': (priority) => (handler) =>
    compose(handler, limitRate({ requests: 1, priority }))(question),
  'limitRate key': (key) => (handler) =>
    compose(handler, limitRate({ requests: 1, key }))(question),
  'limitRate estimate': (estimate) => (handler) =>
    compose(handler, limitRate({ tokens: 1, estimate }))(question),
  'standard combine': (combine) => () =>
    defer(() => standard({ only: () => NEVER }, { combine })(question)),
  'standard random': (random) => (handler) =>
    standard({ only: handler }, { random, combine: ({ only }) => only! })(question),
  'cache key': (key) => (handler) => compose(handler, cache({ key }))(question),
  'route when': (when) => (handler) => route([{ to: 'one', when }], { one: handler })(question),
  'failover when': (when) => (handler) =>
    failover({ only: handler, other: () => NEVER }, { when })(question),
  'loadBalance session': (session) => (handler) =>
    loadBalance({ only: handler }, { by: 'sticky', session })(question),
  'loadBalance random': (random) => (handler) =>
    loadBalance({ only: handler, other: () => NEVER }, { random })(question),
};

describe('the laws: user code', () => {
  it.each(Object.keys(callbacks))('%s: a throw is the error of the call', (name) => {
    const thrown = new Error('mine');
    const raise = (): never => {
      throw thrown;
    };
    const broken = concat(
      of(start()),
      throwError(() => new LlmError('fake', { kind: 'server' })),
    );
    const watched = watch(callbacks[name]!(raise)(() => broken));
    expect((watched.end as { error: unknown }).error).toBe(thrown);
  });
});

/** The exits from RxJS: a promise for each piece. */
interface Exit {
  readonly name: string;
  readonly open: (source: Observable<ChatEvent>) => {
    readonly read: () => Promise<unknown>;
    readonly leave: () => Promise<unknown>;
  };
}

const exits: readonly Exit[] = [
  {
    name: 'toAsyncIterable',
    open: (source) => {
      const reader = toAsyncIterable(source)[Symbol.asyncIterator]();
      return { read: async () => reader.next(), leave: async () => reader.return!() };
    },
  },
  {
    name: 'toReadableStream',
    open: (source) => {
      const reader = toReadableStream(source).getReader();
      return { read: () => reader.read(), leave: () => reader.cancel() };
    },
  },
];

describe.each(exits.map((exit) => [exit.name, exit] as const))('the laws: %s', (_, exit) => {
  const played = (...scripts: readonly Script[]) => {
    const player = new Player(new VirtualTimeScheduler());
    return { player, source: defer(player.handler(...scripts)) };
  };
  const said = (...texts: readonly string[]): Script['steps'] =>
    [start(), ...texts.map(textDelta)].map((event) => ({ after: 0, event }));

  it('nothing happens before the first read', async () => {
    const { player, source } = played({ steps: said('a'), end: 'never' });
    const { read, leave } = exit.open(source);
    await Promise.resolve();
    expect(player.calls).toBe(0);
    await read();
    expect(player.calls).toBe(1);
    await leave();
  });

  it('ends once, after all that was said', async () => {
    const steps = [...said('a', 'b'), { after: 0, event: finish() }];
    const { source, player } = played({ steps, end: 'complete' });
    const { read } = exit.open(source);
    const pieces = [await read(), await read(), await read(), await read(), await read()];
    expect(pieces).toEqual([
      { done: false, value: start() },
      { done: false, value: textDelta('ab') },
      { done: false, value: finish() },
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(player.open).toBe(0);
  });

  it.each([fatal, undefined, 'text'])('passes on the same error %o, last', async (error) => {
    const { source } = played({ steps: said('a'), end: { error, after: 0 } });
    const { read } = exit.open(source);
    await read();
    await read();
    const failed = await read().then(
      () => 'no error',
      (reason: unknown) => ({ reason }),
    );
    expect(failed).toEqual({ reason: error });
    expect((failed as { reason: unknown }).reason).toBe(error);
  });

  it('can be left at any time, and leaves nothing behind', async () => {
    for (const reads of [0, 1, 2]) {
      const { source, player } = played({ steps: said('a'), end: 'never' });
      const { read, leave } = exit.open(source);
      for (let n = 0; n < reads; n += 1) await read();
      await leave();
      expect(player.open).toBe(0);
      expect(player.calls).toBe(Math.min(reads, 1));
    }
  });

  it('can be left while a read waits', async () => {
    const { source, player } = played({ steps: said(), end: 'never' });
    const { read, leave } = exit.open(source);
    await read();
    const waiting = read();
    await leave();
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    expect(player.open).toBe(0);
  });
});

describe('the table of laws', () => {
  const text = readFileSync(fileURLToPath(new URL('../src/index.ts', import.meta.url)), 'utf8');
  const shelf = /^\.\/(?:(?:policy|combinator|view)\/[^/]+|standard)$/;
  const exported = exportedNames({ path: 'src/index.ts', text })
    .filter(({ kind, from = '' }) => kind === 'value' && shelf.test(from))
    .map(({ name }) => name);

  it('has a row for every public policy, combinator and view', () => {
    const covered = new Set([...rows, ...exits].map(({ name }) => name));
    expect(exported).not.toEqual([]);
    expect([...covered].sort()).toEqual([...exported].sort());
  });

  it('has a row for every callback in their options', () => {
    const files = exportedNames({ path: 'src/index.ts', text })
      .filter(({ kind, from = '' }) => kind === 'value' && shelf.test(from))
      .map(({ name, from = '' }) => ({
        name,
        source: readFileSync(fileURLToPath(new URL(`../src/${from}.ts`, import.meta.url)), 'utf8'),
      }));
    const found = files.flatMap(({ name, source }) =>
      [...source.matchAll(/readonly (\w+)\?: \(\(/g)].map(([, option]) => `${name} ${option!}`),
    );
    expect(found.sort()).toEqual(Object.keys(callbacks).sort());
  });
});
