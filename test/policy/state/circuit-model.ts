import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { BehaviorSubject, type SchedulerLike, Subject } from 'rxjs';
import { LlmError } from '../../../src/error/llm-error';
import type { ChatEvent } from '../../../src/event/chat-event';
import { circuitBreaker, type CircuitState } from '../../../src/policy/circuit-breaker';
import { finish, start, textDelta } from '../../../src/testing/index';
import { watch, type Watched } from '../../support/watch';

/*
 * A model of `circuitBreaker` that forgets nothing and counts by looking at all that was, and
 * commands that do to both whatever callers, servers and clocks do.
 */

interface Settings {
  readonly window: { readonly calls: number } | { readonly span: number };
  readonly minimumCalls: number;
  readonly failureRate: number;
  readonly slowCallRate: number;
  readonly slowAfter: number;
  readonly openFor: number;
  readonly probes: number;
}

interface Ending {
  readonly at: number;
  readonly failed: boolean;
  readonly slow: boolean;
}

interface ModelCall {
  readonly era: number;
  readonly at: number;
  latency?: number;
}

class Model {
  phase: CircuitState['state'] = 'closed';
  era = 0;
  since = 0;
  time = 0;
  /** What the clock on the wall shows, which may be set back. */
  shown = 1_000_000;
  running: ModelCall[] = [];
  endings: Ending[] = [];
  /** While open: what has opened it. */
  reasons: readonly Ending[] = [];

  constructor(readonly settings: { -readonly [Name in keyof Settings]: Settings[Name] }) {}

  become(phase: CircuitState['state'], reasons: readonly Ending[] = []): void {
    this.phase = phase;
    this.reasons = reasons;
    this.era += 1;
    this.since = this.time;
    this.endings = [];
  }

  get left(): number {
    return this.since + this.settings.openFor - this.time;
  }

  ask(): boolean {
    const { probes, openFor } = this.settings;
    if (this.phase === 'open' && this.left <= 0) this.become('half-open');
    if (this.phase === 'open' || this.phase === 'forced-open') return false;
    const held = this.running.filter(({ era, at }) => era === this.era && this.time - at < openFor);
    if (this.phase === 'half-open' && this.endings.length + held.length >= probes) return false;
    this.running.push({ era: this.era, at: this.time });
    return true;
  }

  elapsed(call: ModelCall): number {
    return this.time - call.at;
  }

  end(call: ModelCall, failed: boolean | undefined): void {
    this.running = this.running.filter((other) => other !== call);
    if (failed === undefined || call.era !== this.era) return;
    const slow = (call.latency ?? this.elapsed(call)) >= this.settings.slowAfter;
    this.endings.push({ at: this.time, failed, slow });
    const { counted } = this;
    const closed = this.phase === 'closed';
    if (counted.length < (closed ? this.settings.minimumCalls : this.settings.probes)) return;
    if (this.isBad(counted)) this.become('open', counted);
    else if (!closed) this.become('closed');
  }

  get counted(): readonly Ending[] {
    if (this.phase === 'open' || this.phase === 'forced-open') return this.reasons;
    if (this.phase === 'half-open') return this.endings;
    const { window } = this.settings;
    if ('calls' in window) return this.endings.slice(-window.calls);
    const tenth = (time: number): number => Math.floor(time / (window.span / 10));
    return this.endings.filter(({ at }) => tenth(this.time) - tenth(at) < 10);
  }

  isBad(endings: readonly Ending[]): boolean {
    const { failureRate, slowCallRate } = this.settings;
    return isMuch(endings, 'failed', failureRate) || isMuch(endings, 'slow', slowCallRate);
  }

  get state(): CircuitState {
    const { counted, phase, left } = this;
    const state = {
      state: phase,
      calls: counted.length,
      failureRate: share(counted, 'failed'),
      slowCallRate: share(counted, 'slow'),
    };
    return phase === 'open' ? { ...state, retryAfter: Math.max(0, left) } : state;
  }
}

function isMuch(endings: readonly Ending[], what: 'failed' | 'slow', rate: number): boolean {
  const count = endings.filter((ending) => ending[what]).length;
  return count > 0 && count >= rate * endings.length;
}

function share(endings: readonly Ending[], what: 'failed' | 'slow'): number {
  if (endings.length === 0) return 0;
  return endings.filter((ending) => ending[what]).length / endings.length;
}

interface RealCall {
  readonly events: Subject<ChatEvent>;
  readonly watched: Watched<ChatEvent>;
}

/** The breaker, and calls in the same order as the model's. */
class Real {
  readonly clock: SchedulerLike;
  readonly #failureRate: BehaviorSubject<number>;
  readonly breaker;
  readonly states: CircuitState[] = [];
  running: RealCall[] = [];

  constructor({ failureRate, ...settings }: Settings, model: Model) {
    this.clock = {
      now: () => model.shown,
      schedule: () => {
        throw new Error('a breaker needs no timer');
      },
    };
    this.#failureRate = new BehaviorSubject(failureRate);
    this.breaker = circuitBreaker({
      ...settings,
      failureRate: this.#failureRate,
      scheduler: this.clock,
    });
    this.breaker.state$.subscribe((state) => this.states.push(state));
  }

  setFailureRate(rate: number): void {
    this.#failureRate.next(rate);
  }

  ask(): LlmError | undefined {
    const events = new Subject<ChatEvent>();
    const watched = watch(events.pipe(this.breaker));
    if (watched.end === undefined) {
      this.running.push({ events, watched });
      deepStrictEqual(events.observed, true);
      return undefined;
    }
    deepStrictEqual(events.observed, false);
    return (watched.end as { error: LlmError }).error;
  }
}

abstract class Command implements fc.Command<Model, Real> {
  /** How many calls must run. */
  protected readonly needs: number = 0;

  check(model: Readonly<Model>): boolean {
    return model.running.length >= this.needs;
  }

  run(model: Model, real: Real): void {
    this.perform(model, real);
    deepStrictEqual(real.running.length, model.running.length);
    let state: CircuitState | undefined;
    real.breaker.state$.subscribe((now) => (state = now)).unsubscribe();
    deepStrictEqual(state, model.state);
    // What was told last is what is, but for what only the clock changes.
    deepStrictEqual(real.states.at(-1)!.state, model.phase);
  }

  protected abstract perform(model: Model, real: Real): void;
  abstract toString(): string;
}

class Ask extends Command {
  constructor(private readonly callers: number) {
    super();
  }
  protected perform(model: Model, real: Real): void {
    for (let n = 0; n < this.callers; n += 1) {
      const admitted = model.ask();
      const refusal = real.ask();
      deepStrictEqual(refusal === undefined, admitted);
      if (!refusal) continue;
      deepStrictEqual(refusal.kind, 'circuit-open');
      deepStrictEqual(refusal.retryAfter, model.phase === 'open' ? model.left : undefined);
    }
  }
  override toString(): string {
    return `ask(${this.callers})`;
  }
}

class Speak extends Command {
  protected override readonly needs = 1;
  constructor(private readonly pick: number) {
    super();
  }
  protected perform(model: Model, real: Real): void {
    const at = this.pick % model.running.length;
    const call = model.running[at]!;
    call.latency ??= model.elapsed(call);
    real.running[at]!.events.next(textDelta('a'));
  }
  override toString(): string {
    return `speak(${this.pick})`;
  }
}

const failure = new LlmError('fake: broken', { kind: 'server' });
const ownFault = new LlmError('fake: no such parameter', { kind: 'invalid-request' });

/** How a call may end, and what that says of who answered: undefined for nothing. */
const ends: Readonly<
  Record<string, { readonly failed: boolean | undefined; readonly end: (call: RealCall) => void }>
> = {
  complete: { failed: false, end: ({ events }) => events.complete() },
  finish: {
    failed: false,
    end: ({ events, watched }) => {
      events.next(finish());
      watched.subscription.unsubscribe();
    },
  },
  fail: { failed: true, end: ({ events }) => events.error(failure) },
  refuse: { failed: undefined, end: ({ events }) => events.error(ownFault) },
  leave: {
    failed: undefined,
    end: ({ events, watched }) => {
      events.next(start());
      watched.subscription.unsubscribe();
    },
  },
};

class End extends Command {
  protected override readonly needs = 1;
  constructor(
    private readonly pick: number,
    private readonly how: string,
  ) {
    super();
  }
  protected perform(model: Model, real: Real): void {
    const at = this.pick % model.running.length;
    const { failed, end } = ends[this.how]!;
    model.end(model.running[at]!, failed);
    const [call] = real.running.splice(at, 1);
    end(call!);
    deepStrictEqual(call!.events.observed, false);
  }
  override toString(): string {
    return `${this.how}(${this.pick})`;
  }
}

class Tick extends Command {
  constructor(
    private readonly span: number,
    private readonly setBack = 0,
  ) {
    super();
  }
  protected perform(model: Model): void {
    model.time += this.span;
    model.shown += this.span - this.setBack;
  }
  override toString(): string {
    return this.setBack === 0 ? `tick(${this.span})` : `setBack(${this.setBack})`;
  }
}

class Switch extends Command {
  constructor(private readonly to: 'forceOpen' | 'reset') {
    super();
  }
  protected perform(model: Model, real: Real): void {
    if (this.to === 'reset') model.become('closed');
    else model.become('forced-open', model.counted);
    real.breaker[this.to]();
  }
  override toString(): string {
    return this.to;
  }
}

class SetRate extends Command {
  constructor(private readonly rate: number) {
    super();
  }
  protected perform(model: Model, real: Real): void {
    model.settings.failureRate = this.rate;
    real.setFailureRate(this.rate);
  }
  override toString(): string {
    return `failureRate(${this.rate})`;
  }
}

const rate = fc.constantFrom(0, 0.1, 0.25, 0.5, 0.9, 1);
const pick = fc.noBias(fc.nat(99));

/** What may happen, the usual more often. */
const circuitCommands: fc.Arbitrary<fc.Command<Model, Real>>[] = [
  fc.integer({ min: 1, max: 4 }).map((callers) => new Ask(callers)),
  fc.integer({ min: 1, max: 4 }).map((callers) => new Ask(callers)),
  fc.constant(new Ask(50)),
  pick.map((at) => new Speak(at)),
  ...[1, 2, 3].map(() =>
    fc.tuple(pick, fc.constantFrom(...Object.keys(ends))).map(([at, how]) => new End(at, how)),
  ),
  pick.map((at) => new End(at, 'fail')),
  fc.constantFrom(1, 3, 10, 30, 99, 100, 101, 1000).map((span) => new Tick(span)),
  fc.constantFrom(1, 50, 100_000).map((back) => new Tick(0, back)),
  fc.constantFrom('forceOpen' as const, 'reset' as const).map((to) => new Switch(to)),
  rate.map((given) => new SetRate(given)),
];

const circuitSettings: fc.Arbitrary<Settings> = fc
  .record({
    window: fc.oneof(
      fc.record({ calls: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ span: fc.constantFrom(10, 100, 1000, 10_000) }),
    ),
    minimumCalls: fc.integer({ min: 1, max: 12 }),
    failureRate: rate,
    slowCallRate: rate,
    slowAfter: fc.constantFrom(1, 10, 100, Infinity),
    openFor: fc.constantFrom(1, 10, 100),
    probes: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ minimumCalls, ...settings }) => {
    const most = 'calls' in settings.window ? settings.window.calls : Infinity;
    return { ...settings, minimumCalls: Math.min(minimumCalls, most) };
  });

/** How many runs to make, of up to a hundred commands each. */
export interface CircuitModelRuns {
  readonly runs: number;
  /** By default that of the suite. */
  readonly seed?: number;
}

/** Fails where the breaker and its model differ, with the commands that lead there. */
export function runCircuitModel({ runs, seed }: CircuitModelRuns): void {
  const commands = fc.commands(circuitCommands, { maxCommands: 100, size: 'max' });
  fc.assert(
    fc.property(circuitSettings, commands, (settings, steps) => {
      fc.modelRun(() => {
        const model = new Model({ ...settings });
        return { model, real: new Real(settings, model) };
      }, steps);
    }),
    { numRuns: runs, ...(seed === undefined ? {} : { seed }) },
  );
}
