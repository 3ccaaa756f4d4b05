import { NEVER, of, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { raceFirstToken } from '../src/combinator/race-first-token';
import { LlmError } from '../src/error/llm-error';
import type { Handler } from '../src/handler';
import { prompt } from '../src/request/messages';
import { standard, type StandardOptions } from '../src/standard';
import { answerEvents, fakeHandler } from '../src/testing/index';
import { watch } from './support/watch';

const question = prompt('question');
const fine: Handler = () => of(...answerEvents('fine'));
const failing = (kind: 'server' | 'rate-limited') => {
  let calls = 0;
  const handler: Handler = () => {
    calls += 1;
    return throwError(() => new LlmError('fake', { kind }));
  };
  return {
    handler,
    get calls() {
      return calls;
    },
  };
};

/** One call in virtual time, run until nothing is left to do. */
function run(members: Readonly<Record<string, Handler>>, options: StandardOptions = {}) {
  const clock = new VirtualTimeScheduler();
  const ask = standard(members, { scheduler: clock, random: () => 1, ...options });
  const watched = watch(ask(question));
  clock.flush();
  return { ask, watched, clock };
}

describe('the layers of standard', () => {
  it('are all there by default, but for those that need figures of the user', () => {
    const { members, admission, cache } = standard({ gpt: fine });
    expect(members.gpt.circuitBreaker).toBeDefined();
    expect(members.gpt.limitConcurrency).toBeDefined();
    expect(members.gpt.cooldown).toBeDefined();
    expect(members.gpt.limitRate).toBeUndefined();
    expect(admission).toBeUndefined();
    expect(cache).toBeUndefined();
  });

  it('can be left out', () => {
    const { members } = standard(
      { gpt: fine },
      {
        circuitBreaker: false,
        limitConcurrency: false,
        cooldown: false,
        limitRate: { requests: 1 },
      },
    );
    expect(members.gpt).toMatchObject({ circuitBreaker: undefined, limitConcurrency: undefined });
    expect(members.gpt.cooldown).toBeUndefined();
    expect(members.gpt.limitRate).toBeDefined();
  });

  it('are made anew for each member', () => {
    const { members } = standard({ a: fine, b: fine });
    expect(members.a.circuitBreaker).not.toBe(members.b.circuitBreaker);
  });

  it('limitRate: a wait for the next window is no failure of an attempt', () => {
    const clock = new VirtualTimeScheduler();
    const ask = standard({ gpt: fine }, { limitRate: { requests: 1 }, scheduler: clock });
    watch(ask(question));
    const second = watch(ask(question));
    clock.flush();
    expect(second.end).toBe('complete');
    expect(second.values.filter(({ type }) => type === 'retry')).toEqual([]);
  });

  it('deadlines: for an attempt, and in total', () => {
    const silent = run({ gpt: () => NEVER }, { deadlines: { total: 1_000 }, retryBackoff: false });
    expect(silent.clock.now()).toBe(1_000);
    expect(silent.watched.end).toMatchObject({ error: { code: 'total' } });
    const attempt = run({ gpt: () => NEVER }, { deadlines: { connect: 50 }, retryBackoff: false });
    expect(attempt.clock.now()).toBe(50);
    const none = run({ gpt: () => NEVER }, { deadlines: false, retryBackoff: false });
    expect(none.watched.end).toBeUndefined();
  });

  it('circuitBreaker: judges attempts, each one', () => {
    const { handler } = failing('server');
    const { ask } = run({ gpt: handler }, { circuitBreaker: { minimumCalls: 3 } });
    expect(watch(ask.members.gpt!.circuitBreaker!.state$).values[0]).toMatchObject({
      state: 'open',
      calls: 3,
    });
  });

  it('limitConcurrency: holds a place while a call runs, not while it waits for a retry', () => {
    const clock = new VirtualTimeScheduler();
    const { handler } = failing('server');
    const ask = standard({ gpt: handler }, { scheduler: clock, random: () => 1 });
    watch(ask(question));
    expect(watch(ask.members.gpt.limitConcurrency!.state$).values).toEqual([
      { active: 0, waiting: 0, max: 32 },
    ]);
  });

  it('cooldown: waits for the server without using up retries', () => {
    const gpt = failing('rate-limited');
    run({ gpt: gpt.handler }, { cooldown: { attempts: 5 }, retryBackoff: { attempts: 2 } });
    expect(gpt.calls).toBe(5);
  });

  it('retryBackoff: tries again before the next member is asked', () => {
    const gpt = failing('server');
    const { watched } = run({ gpt: gpt.handler, claude: fine }, { retryBackoff: { attempts: 2 } });
    expect(gpt.calls).toBe(2);
    expect(watched.end).toBe('complete');
    const once = failing('server');
    run({ gpt: once.handler, claude: fine }, { retryBackoff: false });
    expect(once.calls).toBe(1);
  });

  it('admission and cache: around all members', () => {
    const gpt = fakeHandler(answerEvents('fine'));
    const ask = standard({ gpt }, { cache: { ttl: 1_000 }, admission: { maxInFlight: 1 } });
    watch(ask(question));
    watch(ask(question));
    expect(gpt.requests).toHaveLength(1);
    expect(watch(ask.cache!.stats$).values).toMatchObject([{ hits: 1, misses: 1 }]);
    watch(ask.admission!.drain());
    expect(watch(ask(question)).end).toBe('complete');
    expect(watch(ask(prompt('other'))).end).toMatchObject({ error: { code: 'draining' } });
  });

  it('combine: joins the members in another way', () => {
    const { watched } = run({ slow: () => NEVER, fast: fine }, { combine: raceFirstToken });
    expect(watched.values[0]).toMatchObject({ type: 'route', by: 'raceFirstToken', name: 'fast' });
  });
});

describe('the options of standard', () => {
  const breakerOf = (options: StandardOptions): unknown =>
    standard({ gpt: fine }, options).members.gpt.circuitBreaker;

  it('go before presets, field by field, and later presets before earlier ones', () => {
    const max = (options: StandardOptions): unknown => {
      const { limitConcurrency } = standard({ gpt: fine }, options).members.gpt;
      return watch(limitConcurrency!.state$).values[0]!.max;
    };
    const presets = [{ limitConcurrency: { max: 5 } }, { limitConcurrency: { max: 6 } }];
    expect(max({})).toBe(32);
    expect(max({ presets })).toBe(6);
    expect(max({ presets, limitConcurrency: { max: 7 } })).toBe(7);
    expect(max({ limitConcurrency: { max: 7 }, presets })).toBe(7);
    expect(max({ presets, limitConcurrency: { queue: 1 } })).toBe(6);
    expect(max({ presets, limitConcurrency: undefined })).toBe(6);
    expect(max({ presets, limitConcurrency: { max: undefined as never } })).toBe(6);
    expect(max({ presets: [{ limitConcurrency: false }], limitConcurrency: {} })).toBe(32);
  });

  it('switch a layer on or off, whatever a preset says', () => {
    expect(breakerOf({ presets: [{ circuitBreaker: false }] })).toBeUndefined();
    expect(breakerOf({ presets: [{ circuitBreaker: false }], circuitBreaker: {} })).toBeDefined();
    expect(breakerOf({ presets: [{ circuitBreaker: {} }], circuitBreaker: false })).toBeUndefined();
  });

  it.each<[object, string]>([
    [{ retry: { attempts: 2 } }, "there is no layer 'retry'; the layers are deadlines, circuit"],
    [{ presets: [{ retries: {} }] }, "there is no layer 'retries'"],
    [{ cache: true }, 'cache must be an object of options, or false, got true'],
    [{ cache: null }, 'cache must be an object of options, or false, got null'],
    [{ presets: { cache: {} } }, 'presets must be a list of options, as [presets.chat]'],
    [{ presets: ['chat'] }, 'presets must be a list of options, as [presets.chat]'],
    [{ presets: [null] }, 'presets must be a list of options, as [presets.chat]'],
    [{ combine: 'failover' }, 'combine must be a function, got string'],
  ])('refuses %o', (options, message) => {
    expect(() => standard({ gpt: fine }, options)).toThrow(`standard: ${message}`);
  });

  it.each<[StandardOptions, string]>([
    [{ retryBackoff: { attempts: 0 } }, 'retryBackoff: attempts must be'],
    [{ admission: {} }, 'admission: maxInFlight must be a number, got undefined'],
  ])('leaves the check of %o to the policy', (options, message) => {
    expect(() => standard({ gpt: fine }, options)).toThrow(message);
  });

  it('needs a member', () => {
    expect(() => standard({})).toThrow('standard: needs at least one member');
  });
});
