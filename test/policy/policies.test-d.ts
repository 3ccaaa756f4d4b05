import { BehaviorSubject, of, type Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import type { Handler, Policy, StreamPolicy } from '../../src/handler';
import { adaptConcurrency, type AdaptiveState } from '../../src/policy/adapt-concurrency';
import { admission, type AdmissionState, type DrainReport } from '../../src/policy/admission';
import { cache, type CacheStats } from '../../src/policy/cache';
import { type CircuitState, circuitBreaker } from '../../src/policy/circuit-breaker';
import { cooldown, type CooldownState } from '../../src/policy/cooldown';
import { deadlines } from '../../src/policy/deadlines';
import { type ConcurrencyState, limitConcurrency } from '../../src/policy/limit-concurrency';
import { limitRate, type RateState } from '../../src/policy/limit-rate';
import { retryBackoff } from '../../src/policy/retry-backoff';
import type { RetryFailure } from '../../src/policy/state/retry-allowance';
import { RetryBudget } from '../../src/policy/state/retry-budget';
import { RetryQuota } from '../../src/policy/state/retry-quota';
import { RetryThrottle } from '../../src/policy/state/retry-throttle';
import { presets } from '../../src/presets';
import type { ChatRequest } from '../../src/request/chat-request';
import { standard, type StandardMember } from '../../src/standard';

declare const none: RetryFailure;

describe('retryBackoff', () => {
  it('needs no options, and takes undefined for each', () => {
    expectTypeOf(retryBackoff()).toEqualTypeOf<StreamPolicy>();
    retryBackoff({ attempts: undefined, base: undefined, cap: undefined, budget: undefined });
    retryBackoff({ afterOutput: undefined, retryOn: undefined });
    retryBackoff({ scheduler: undefined, random: undefined });
    retryBackoff({ budget: new RetryBudget(), throttledBase: undefined });
    retryBackoff({ budget: new RetryQuota() });
    retryBackoff({ budget: new RetryThrottle() });
    retryBackoff({
      budget: { deposit: () => undefined, withdraw: ({ kind } = none) => kind === '' },
    });
  });

  it('refuses what it does not know', () => {
    // @ts-expect-error -- no such option
    retryBackoff({ retries: 3 });
    // @ts-expect-error -- no such word
    retryBackoff({ afterOutput: 'ignore' });
    // @ts-expect-error -- the answer must be given at once
    retryBackoff({ retryOn: () => Promise.resolve(true) });
  });
});

describe('limitConcurrency', () => {
  it('shows its state', () => {
    const limit = limitConcurrency({ max: 1, queue: undefined, priority: undefined });
    expectTypeOf(limit.state$).toEqualTypeOf<Observable<ConcurrencyState>>();
    expectTypeOf(limit).toExtend<StreamPolicy>();
    expectTypeOf(limit).toExtend<Policy>();
  });

  it('needs max, and asks for the priority of chat requests', () => {
    // @ts-expect-error -- without a limit it would limit nothing
    limitConcurrency({});
    limitConcurrency({
      max: 1,
      priority: (request) => {
        expectTypeOf(request).toEqualTypeOf<ChatRequest>();
        return 0;
      },
    });
  });
});

describe('circuitBreaker', () => {
  it('needs no options, shows its state and has a switch', () => {
    const breaker = circuitBreaker();
    expectTypeOf(breaker).toExtend<StreamPolicy>();
    expectTypeOf(breaker).toExtend<Policy>();
    expectTypeOf(breaker.state$).toEqualTypeOf<Observable<CircuitState>>();
    expectTypeOf(breaker.forceOpen).toEqualTypeOf<() => void>();
    expectTypeOf(of(1).pipe(circuitBreaker())).toEqualTypeOf<Observable<number>>();
  });

  it('takes undefined for each option, and rates that change', () => {
    circuitBreaker({ window: undefined, minimumCalls: undefined, probes: undefined });
    circuitBreaker({ slowAfter: undefined, openFor: undefined, isFailure: undefined });
    circuitBreaker({ failureRate: new BehaviorSubject(0.5), slowCallRate: of(1) });
  });

  it('refuses what it does not know', () => {
    // @ts-expect-error -- a window of what?
    circuitBreaker({ window: 100 });
    // @ts-expect-error -- the answer must be given at once
    circuitBreaker({ isFailure: () => Promise.resolve(true) });
  });
});

describe('deadlines', () => {
  it('is a policy and an operator, and takes undefined for each option', () => {
    expectTypeOf(deadlines({ total: 1 })).toEqualTypeOf<StreamPolicy>();
    expectTypeOf(of(1).pipe(deadlines({ idle: 1 }))).toEqualTypeOf<Observable<number>>();
    deadlines({ connect: undefined, firstToken: undefined, scheduler: undefined });
    // @ts-expect-error -- no such limit
    deadlines({ timeout: 1 });
  });
});

describe('adaptConcurrency', () => {
  it('needs no options, and shows its state', () => {
    expectTypeOf(adaptConcurrency().state$).toEqualTypeOf<Observable<AdaptiveState>>();
    expectTypeOf(adaptConcurrency()).toExtend<StreamPolicy>();
    expectTypeOf(of(1).pipe(adaptConcurrency())).toEqualTypeOf<Observable<number>>();
    // @ts-expect-error -- no such algorithm
    adaptConcurrency({ algorithm: 'vegas' });
  });
});

describe('admission', () => {
  it('shows its state, drains with a report, and takes limits that change', () => {
    const door = admission({ maxInFlight: of(1), maxQueue: of(1), maxWait: undefined });
    expectTypeOf(door.state$).toEqualTypeOf<Observable<AdmissionState>>();
    expectTypeOf(door.drain()).toEqualTypeOf<Observable<DrainReport>>();
    expectTypeOf(door).toExtend<StreamPolicy>();
    // @ts-expect-error -- without a limit it would admit all
    admission({});
  });
});

describe('standard', () => {
  it('is a handler that knows its members by name', () => {
    const ask = standard({ gpt: () => of<ChatEvent>() }, { presets: [presets.chat], cache: {} });
    expectTypeOf(ask).toExtend<Handler>();
    expectTypeOf(ask.members.gpt).toEqualTypeOf<StandardMember>();
    // @ts-expect-error -- no such member
    void ask.members.claude;
    // @ts-expect-error -- no such layer
    standard({ gpt: () => of<ChatEvent>() }, { retry: {} });
  });
});

describe('cooldown', () => {
  it('needs no options, and shows its state', () => {
    expectTypeOf(cooldown().state$).toEqualTypeOf<Observable<CooldownState>>();
    expectTypeOf(cooldown()).toExtend<StreamPolicy>();
    expectTypeOf(of(1).pipe(cooldown())).toEqualTypeOf<Observable<number>>();
    cooldown({ base: undefined, cap: undefined, attempts: undefined, random: undefined });
  });
});

describe('limitRate', () => {
  it('shows its state, and takes numbers or Observables for its limits', () => {
    const limit = limitRate({ requests: of(1), tokens: 5, burst: of(1), maxWait: undefined });
    expectTypeOf(limit.state$).toEqualTypeOf<Observable<RateState>>();
    expectTypeOf(limit).toExtend<StreamPolicy>();
    expectTypeOf(of('a').pipe(limitRate({ requests: 1 }))).toEqualTypeOf<Observable<string>>();
  });

  it('asks of chat requests', () => {
    limitRate({
      tokens: 1,
      estimate: (request) => {
        expectTypeOf(request).toEqualTypeOf<ChatRequest>();
        return 0;
      },
    });
    // @ts-expect-error -- a key is text
    limitRate({ requests: 1, key: () => 5 });
    // @ts-expect-error -- no such word
    limitRate({ requests: 1, mode: 'drop' });
  });
});

describe('cache', () => {
  it('is a policy for chat, with statistics', () => {
    const policy = cache({ ttl: undefined, max: undefined, maxBytes: undefined, key: undefined });
    expectTypeOf(policy).toExtend<Policy<ChatRequest, ChatEvent>>();
    expectTypeOf(policy.stats$).toEqualTypeOf<Observable<CacheStats>>();
  });
});
