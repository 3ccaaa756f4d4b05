import type { Observable } from 'rxjs';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { ChatEvent } from '../event/chat-event';
import type { StreamPolicy } from '../handler';
import { Changes } from '../internal/changes';
import { keepOne } from '../internal/keep-one';
import { checkFunction, checkNumber, checkOneOf, keyText, type Range } from '../internal/options';
import { byContext } from '../internal/priority';
import { RatedCall, type Rates } from '../internal/rated-call';
import { Setting } from '../internal/setting';
import { SteadyClock } from '../internal/steady-clock';
import { streamPolicy } from '../internal/stream-policy';
import { estimateTokens } from '../request/estimate-tokens';
import type { ChatRequest } from '../request/chat-request';
import { RateLanes } from './state/rate-lanes';
import type { RateLimits } from './state/rate-meter';
import { TokenCalibration } from './state/token-calibration';

/** Options for {@link limitRate}. */
export interface LimitRateOptions {
  /**
   * The most requests in any `per`; an Observable changes it while calls run.
   *
   * @defaultValue `Infinity`
   */
  readonly requests?: number | Observable<number> | undefined;
  /**
   * The most tokens in any `per`, those of input and output together; an Observable changes
   * it while calls run.
   *
   * @defaultValue `Infinity`
   */
  readonly tokens?: number | Observable<number> | undefined;
  /**
   * The length of the window, in milliseconds.
   *
   * @defaultValue `60_000`
   */
  readonly per?: number | undefined;
  /**
   * How many requests may go at the same moment; further ones are spaced evenly.
   *
   * @defaultValue all that `requests` allows
   */
  readonly burst?: number | Observable<number> | undefined;
  /**
   * What becomes of a call that may not go at once: `'wait'` queues it, `'reject'` fails it.
   *
   * @defaultValue `'wait'`
   */
  readonly mode?: 'wait' | 'reject' | undefined;
  /**
   * The longest wait, in milliseconds. A call that would wait longer fails, as soon as that
   * is known.
   *
   * @defaultValue `Infinity`
   */
  readonly maxWait?: number | undefined;
  /**
   * The most calls of one key that wait; a further one fails with `queue-full`.
   *
   * @defaultValue `1000`
   */
  readonly queue?: number | undefined;
  /**
   * Who goes first among those who wait: higher numbers before lower ones, equal ones in
   * the order of their coming. Asked per request; a plain Observable has priority 0.
   *
   * @defaultValue the request's `context.priority`, or 0
   */
  readonly priority?: ((request: ChatRequest) => number) | undefined;
  /**
   * Calls with the same key share one limit; each other key has its own, of the same size.
   *
   * @defaultValue one key for all
   */
  readonly key?: ((request: ChatRequest) => string) | undefined;
  /**
   * How many tokens a request will use, reserved until its answer has said how many it did.
   *
   * @defaultValue {@link estimateTokens} and `maxOutputTokens`, both mended by what the
   * answers so far have really used
   */
  readonly estimate?: ((request: ChatRequest) => number) | undefined;
  /**
   * Whether the limits that the server's headers say replace `requests` and `tokens`, and
   * what others have used of them counts too. Headers speak of minutes, so `per` must be one.
   *
   * @defaultValue `false`
   */
  readonly learn?: boolean | undefined;
  /**
   * The clock and timers to use.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The state of a {@link limitRate} instance, over all of its keys. */
export interface RateState {
  /** How many requests count in the present window. */
  readonly requests: number;
  /** How many tokens count in the present window, reserved or used. */
  readonly tokens: number;
  /** How many calls wait. */
  readonly waiting: number;
  /** How many keys are remembered. */
  readonly keys: number;
}

/** A {@link limitRate} instance: a policy, an operator, and its state. */
export interface RateLimit<T = ChatEvent> extends StreamPolicy<T> {
  /** The state now, and whenever a call changes it. */
  readonly state$: Observable<RateState>;
}

/**
 * Sends no more requests and tokens in any minute than a server allows; the others wait
 * their turn.
 *
 * ```text
 * call 1 S-aF|
 * call 2           S-bF|
 * first  S-aF|
 * second w---------S-bF|
 * ```
 *
 * It counts a request from when it is sent until a window later, and 3 % longer, as calls may
 * reach the server closer together than they were sent: so the limit holds in every window,
 * wherever it begins. Tokens are reserved by estimate and settled to what the answer says. A
 * call that failed or was left has been sent, so it counts; one that waits nearer to the wire for
 * something else, as for a place of `limitConcurrency`, is sent later than it was counted. Unlike
 * `throttleTime` or `bufferTime`, it drops and groups nothing, and the limit is one for all who use
 * the instance.
 *
 * Time that steps back stands still; pass a `scheduler` with a monotonic `now` where the wall
 * clock may be put forward.
 *
 * @param options - See {@link LimitRateOptions}.
 * @returns A policy that is also an operator, with `state$`.
 * Errors: `rate-limited`, with `retryAfter`, when the wait would be longer than `maxWait` or
 * the request's `context.deadline` allows, or any with `mode: 'reject'`; `queue-full` when
 * `queue` calls wait already. Another provider may be asked then, this one not.
 *
 * @example
 * ```ts
 * const limit = limitRate({ requests: 500, tokens: 200_000 });
 * const ask = compose(openai({ model: 'gpt-5-mini' }), limit, retryBackoff());
 * ```
 */
export function limitRate<T = ChatEvent>(options: LimitRateOptions): RateLimit<T> {
  const { per = 60_000, mode = 'wait', maxWait = Infinity, queue = 1000, learn = false } = options;
  const { priority = byContext, key = () => '' } = options;
  const { estimate, scheduler = asyncScheduler } = options;
  checkOptions({ ...options, per, mode, maxWait, queue, priority, key });
  const clock = new SteadyClock(scheduler);
  const calibration = new TokenCalibration();
  const changes = new Changes();
  const rates: Rates = { clock, calibration, changes, queue, learn };
  const countable: Range = { max: Number.MAX_SAFE_INTEGER };
  const sortable: Range = { min: -Infinity };
  const patience = mode === 'reject' ? 0 : maxWait;

  const setting = (option: 'requests' | 'tokens' | 'burst'): Setting => {
    const range = { min: 1, integer: option !== 'tokens' };
    return new Setting('limitRate', option, options[option] ?? Infinity, range, () => {
      lanes.review();
    });
  };
  const requests = setting('requests');
  const tokens = setting('tokens');
  const burst = setting('burst');
  const lanes = new RateLanes(per, valuesOf({ requests, tokens, burst }), clock);

  keepOne(RatedCall, (reader, nothing) => {
    const demand = { tokens: 0.5, priority: 0, until: Infinity, input: 0 };
    return new RatedCall(nothing, nothing, demand, nothing, reader);
  });
  const policy = streamPolicy<T>((call, destination) => {
    const { request, chat, context } = call;
    requests.follow(destination);
    tokens.follow(destination);
    burst.follow(destination);
    const asked = request == null ? undefined : (request as ChatRequest);
    const input = chat && asked && !estimate ? estimateTokens(asked) : 0;
    const cost =
      estimate && asked ? estimate(asked) : calibration.expect(input, asked?.maxOutputTokens);
    const rank = asked ? priority(asked) : 0;
    checkNumber('limitRate', 'estimate', cost, countable);
    checkNumber('limitRate', 'priority', rank, sortable);
    const lane = lanes.of(asked ? keyText('limitRate', key(asked)) : '');
    // The options of the user may have ended the call.
    if (destination.closed) return;
    const deadline = context.deadline ?? Infinity;
    const { time, now } = clock.read();
    const until = time + Math.min(patience, deadline - now);
    const demand = { tokens: cost, priority: rank, until, input };
    new RatedCall(rates, lane, demand, call, destination).enter(time, chat);
  });

  const state$ = changes.watch(() => ({ ...lanes.sum(), keys: lanes.size }));
  return Object.assign(policy, { state$ });
}

/** The values of the settings, whenever they are read. */
function valuesOf(settings: Readonly<Record<keyof RateLimits, Setting>>): RateLimits {
  return {
    get requests() {
      return settings.requests.value;
    },
    get tokens() {
      return settings.tokens.value;
    },
    get burst() {
      return settings.burst.value;
    },
  };
}

function checkOptions(options: LimitRateOptions): void {
  const { requests, tokens, burst, per = 0, mode, maxWait = 0, queue = 0, learn = false } = options;
  const named = requests !== undefined || learn;
  if (!named && tokens === undefined) {
    throw new TypeError('limitRate: needs requests or tokens, or learn: true');
  }
  if (burst !== undefined && !named) throw new TypeError('limitRate: burst needs requests');
  checkNumber('limitRate', 'per', per, { min: 1, max: Number.MAX_SAFE_INTEGER });
  if (learn && per !== 60_000) {
    throw new RangeError(`limitRate: per must be 60000 with learn: true, got ${String(per)}`);
  }
  checkOneOf('limitRate', 'mode', mode, ['wait', 'reject']);
  checkNumber('limitRate', 'maxWait', maxWait);
  checkNumber('limitRate', 'queue', queue, { integer: true });
  checkFunction('limitRate', 'priority', options.priority);
  checkFunction('limitRate', 'key', options.key);
  if (options.estimate) checkFunction('limitRate', 'estimate', options.estimate);
}
