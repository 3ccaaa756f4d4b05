import type { Observable } from 'rxjs';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { LlmError } from '../error/llm-error';
import type { ChatEvent } from '../event/chat-event';
import type { StreamPolicy } from '../handler';
import { Changes } from '../internal/changes';
import { judgeCall, keepJudged } from '../internal/judge-call';
import { checkFunction, checkNumber, MAX_DELAY } from '../internal/options';
import { Setting } from '../internal/setting';
import { SteadyClock } from '../internal/steady-clock';
import { streamPolicy } from '../internal/stream-policy';
import { CountWindow, TimeWindow, type CallWindow } from './state/call-window';
import { Circuit } from './state/circuit';

/** Options for {@link circuitBreaker}. */
export interface CircuitBreakerOptions {
  /**
   * Which calls count: the last so many, or those that ended in the last `span`
   * milliseconds.
   *
   * @defaultValue `{ span: 30_000 }`
   */
  readonly window?: { readonly calls: number } | { readonly span: number } | undefined;
  /**
   * The calls that must have ended within the window before its rates count.
   *
   * @defaultValue `10`, or `window.calls` where that is less
   */
  readonly minimumCalls?: number | undefined;
  /**
   * The share of failed calls that opens the circuit. With 0, one is enough.
   *
   * @defaultValue `0.5`
   */
  readonly failureRate?: number | Observable<number> | undefined;
  /**
   * The share of slow calls that opens the circuit. With 0, one is enough.
   *
   * @defaultValue `1`
   */
  readonly slowCallRate?: number | Observable<number> | undefined;
  /**
   * From how long a wait for the first output on a call is slow, in milliseconds.
   *
   * @defaultValue `60_000`
   */
  readonly slowAfter?: number | undefined;
  /**
   * How long the circuit stays open before it lets a probe through, in milliseconds.
   *
   * @defaultValue `30_000`
   */
  readonly openFor?: number | undefined;
  /**
   * The calls that are let through to find out whether the circuit may close.
   *
   * @defaultValue `3`
   */
  readonly probes?: number | undefined;
  /**
   * Which errors are failures. Others count for nothing, neither good nor bad.
   *
   * @defaultValue those whose `providerFault` is true by `classify`
   */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
  /**
   * The clock to use.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The state of a {@link circuitBreaker} instance. */
export interface CircuitState {
  /** It is `'open'` until the next call after the open time makes it `'half-open'`. */
  readonly state: 'closed' | 'open' | 'half-open' | 'forced-open';
  /** The calls that count: those of the window, the probes, or those that have opened it. */
  readonly calls: number;
  /** The share of them that failed. */
  readonly failureRate: number;
  /** The share of them that were slow. */
  readonly slowCallRate: number;
  /** What is left of the open time, in milliseconds; only when open. */
  readonly retryAfter?: number;
}

/** A {@link circuitBreaker} instance: a policy, an operator, its state and its switch. */
export interface CircuitBreaker<T = ChatEvent> extends StreamPolicy<T> {
  /** The state now, and whenever it changes. */
  readonly state$: Observable<CircuitState>;
  /** Refuses all calls until `reset()`. */
  readonly forceOpen: () => void;
  /** Closes the circuit and forgets all that was; what calls under way tell is ignored. */
  readonly reset: () => void;
}

/**
 * Refuses calls at once while too many of them fail or are slow, so that a server in
 * trouble is left in peace and nobody waits for it.
 *
 * ```text
 * call 1 -#
 * call 2   -#
 * call 3         S-aF|
 * first  -#
 * second ---#
 * third  -----#
 * fourth --------S-aF|
 *        third is refused; fourth comes after openFor, a probe
 * ```
 *
 * A call is judged when its stream ends: good when it finishes, bad when the provider is
 * at fault; slow when its first output came late. The caller's own errors and cancelled
 * calls count for nothing. An open circuit lets `probes` calls through after `openFor`,
 * and closes or opens again as they end; a probe that still runs after another `openFor`
 * makes room for a new one. Unlike with `catchError` or `timeout`, calls that have no
 * chance are not made. There is no timer.
 *
 * @param options - See {@link CircuitBreakerOptions}.
 * @returns A policy that is also an operator, with `state$`, `forceOpen` and `reset`.
 * Errors: those of the call, unchanged; `circuit-open`, with what is left of the open time
 * as `retryAfter`.
 *
 * @example
 * ```ts
 * const breaker = circuitBreaker({ window: { calls: 100 }, failureRate: 0.5 });
 * const ask = failover({ gpt: compose(openai({ model: 'gpt-5-mini' }), breaker), otherProvider });
 * breaker.state$.subscribe(({ state, failureRate }) => render(`${state}: ${failureRate}`));
 * ```
 */
export function circuitBreaker<T = ChatEvent>(
  options: CircuitBreakerOptions = {},
): CircuitBreaker<T> {
  const { window = { span: 30_000 }, slowAfter = 60_000, openFor = 30_000, probes = 3 } = options;
  const { isFailure, scheduler = asyncScheduler } = options;
  const ended = makeWindow(window);
  const { minimumCalls = Math.min(10, ended.capacity) } = options;
  checkCount('minimumCalls', minimumCalls, ended.capacity);
  checkNumber('circuitBreaker', 'slowAfter', slowAfter);
  checkNumber('circuitBreaker', 'openFor', openFor, { min: 1, max: MAX_DELAY });
  checkCount('probes', probes);
  if (isFailure) checkFunction('circuitBreaker', 'isFailure', isFailure);
  const failureRate = rateSetting('failureRate', options.failureRate ?? 0.5);
  const slowCallRate = rateSetting('slowCallRate', options.slowCallRate ?? 1);
  const rates = () => ({ failed: failureRate.value, slow: slowCallRate.value });
  const circuit = new Circuit({ window: ended, minimumCalls, rates, openFor, probes });
  const clock = new SteadyClock(scheduler);
  const changes = new Changes();

  keepJudged();
  const policy = streamPolicy<T>((call, destination) => {
    failureRate.follow(destination);
    slowCallRate.follow(destination);
    // A call that could not be judged is not made: this throws.
    rates();
    const before = circuit.phase;
    const permit = circuit.enter(clock.time);
    if (circuit.phase !== before) changes.tell();
    if (!permit) throw refusal(circuit, clock.time);
    judgeCall(call, destination, {
      clock,
      isFailure,
      settle: (verdict) => {
        const ending = verdict && {
          failed: verdict.failed,
          slow: verdict.latency >= slowAfter,
        };
        if (circuit.settle(permit, clock.time, ending)) changes.tell();
      },
    });
  });

  const state$ = changes.watch(() => stateOf(circuit, clock.time));
  const forceOpen = (): void => {
    circuit.forceOpen(clock.time);
    changes.tell();
  };
  const reset = (): void => {
    circuit.reset(clock.time);
    changes.tell();
  };
  return Object.assign(policy, { state$, forceOpen, reset });
}

// More of them would be an array that nobody wants to keep.
const MOST_CALLS = 1_000_000;

function checkCount(option: string, value: number, max = MOST_CALLS): void {
  checkNumber('circuitBreaker', option, value, { min: 1, max, integer: true });
}

function rateSetting(option: string, given: number | Observable<number>): Setting {
  return new Setting('circuitBreaker', option, given, { max: 1 });
}

function makeWindow(window: NonNullable<CircuitBreakerOptions['window']>): CallWindow {
  const isBoth = typeof window === 'object' && 'calls' in window && 'span' in window;
  if (typeof window !== 'object' || isBoth) {
    const got = isBoth ? 'both' : typeof window;
    throw new TypeError(`circuitBreaker: window must be { calls } or { span }, got ${got}`);
  }
  if ('calls' in window) {
    checkCount('window.calls', window.calls);
    return new CountWindow(window.calls);
  }
  checkNumber('circuitBreaker', 'window.span', window.span, { min: 1 });
  return new TimeWindow(window.span);
}

function stateOf(circuit: Circuit, time: number): CircuitState {
  const { calls, failed, slow } = circuit.tally(time);
  const share = (count: number): number => (calls === 0 ? 0 : count / calls);
  const rates = { calls, failureRate: share(failed), slowCallRate: share(slow) };
  const retryAfter = circuit.left(time);
  const state = { state: circuit.phase, ...rates };
  return retryAfter === undefined ? state : { ...state, retryAfter };
}

function refusal(circuit: Circuit, time: number): LlmError {
  const retryAfter = circuit.left(time);
  const next = 'or let failover ask another member';
  return new LlmError(`circuitBreaker: ${reason(circuit, time)}, ${next}`, {
    kind: 'circuit-open',
    retryAfter,
  });
}

function reason(circuit: Circuit, time: number): string {
  if (circuit.phase === 'forced-open') return 'held open by forceOpen(); call reset() to close it';
  if (circuit.phase === 'half-open') return 'its probes still run; ask again when they have ended';
  const { calls, failed, slow } = circuit.tally(time);
  const counts = `${String(failed)} of ${String(calls)} calls failed and ${String(slow)} were slow`;
  return `${counts}; ask again in ${String(Math.ceil(circuit.left(time) ?? 0))} ms`;
}
