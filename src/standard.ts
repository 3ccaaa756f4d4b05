import type { SchedulerLike } from 'rxjs';
import { failover } from './combinator/failover';
import { compose, type Handler, type Policy } from './handler';
import { compact } from './internal/compact';
import { checkFunction } from './internal/options';
import { memberEntries, type Members } from './internal/members';
import { admission, type Admission, type AdmissionOptions } from './policy/admission';
import { cache, type Cache, type CacheOptions } from './policy/cache';
import {
  circuitBreaker,
  type CircuitBreaker,
  type CircuitBreakerOptions,
} from './policy/circuit-breaker';
import { cooldown, type Cooldown, type CooldownOptions } from './policy/cooldown';
import { deadlines, type DeadlinesOptions } from './policy/deadlines';
import {
  limitConcurrency,
  type ConcurrencyLimit,
  type LimitConcurrencyOptions,
} from './policy/limit-concurrency';
import { limitRate, type LimitRateOptions, type RateLimit } from './policy/limit-rate';
import { retryBackoff, type RetryBackoffOptions } from './policy/retry-backoff';
import type { ChatRequest } from './request/chat-request';
import type { ChatEvent } from './event/chat-event';

/** The options of one layer, or `false` to leave it out; clock and chance are those of all. */
export type StandardLayer<Options> =
  Partial<Omit<Options, 'scheduler' | 'random'>> | false | undefined;

/** What {@link standard} is made of: each layer by its options, or `false` to leave it out. */
export interface StandardPreset {
  /** @defaultValue `{ connect: 10_000, firstToken: 30_000, idle: 30_000, total: 120_000 }` */
  readonly deadlines?: StandardLayer<DeadlinesOptions>;
  /** Before each member. @defaultValue its own */
  readonly circuitBreaker?: StandardLayer<CircuitBreakerOptions>;
  /** Before each member. @defaultValue `{ max: 32 }` */
  readonly limitConcurrency?: StandardLayer<LimitConcurrencyOptions>;
  /** Before each member. @defaultValue `false` */
  readonly limitRate?: StandardLayer<LimitRateOptions>;
  /** Before each member. @defaultValue its own */
  readonly cooldown?: StandardLayer<CooldownOptions>;
  /** Around each member; the only layer that retries. @defaultValue its own */
  readonly retryBackoff?: StandardLayer<RetryBackoffOptions>;
  /** @defaultValue `false` */
  readonly admission?: StandardLayer<AdmissionOptions>;
  /** @defaultValue `false` */
  readonly cache?: StandardLayer<CacheOptions>;
}

/** Options for {@link standard}. */
export interface StandardOptions extends StandardPreset {
  /**
   * Plain options to begin with, field by field; later ones go before earlier ones, and the
   * options beside this one before them all.
   *
   * @defaultValue `[]`
   */
  readonly presets?: readonly StandardPreset[] | undefined;
  /**
   * Joins the members into one handler.
   *
   * @defaultValue {@link failover}
   */
  readonly combine?: ((members: Members<ChatRequest, ChatEvent>) => Handler) | undefined;
  /**
   * The clock and timers of all layers.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * The chance of all layers: numbers from 0 up to 1.
   *
   * @defaultValue `Math.random`
   */
  readonly random?: (() => number) | undefined;
}

/** The layers before one member that can be watched, as far as there are any. */
export interface StandardMember {
  readonly circuitBreaker: CircuitBreaker | undefined;
  readonly limitConcurrency: ConcurrencyLimit | undefined;
  readonly limitRate: RateLimit | undefined;
  readonly cooldown: Cooldown | undefined;
}

/** A handler that shows its layers, to watch them and to shut down. */
export interface Standard<Name extends string = string> extends Handler {
  readonly members: Readonly<Record<Name, StandardMember>>;
  readonly admission: Admission | undefined;
  readonly cache: Cache | undefined;
}

const usual: StandardPreset = {
  deadlines: { connect: 10_000, firstToken: 30_000, idle: 30_000, total: 120_000 },
  circuitBreaker: {},
  limitConcurrency: { max: 32 },
  limitRate: false,
  cooldown: {},
  retryBackoff: {},
  admission: false,
  cache: false,
};

/**
 * Puts the policies around some providers in the order in which they belong.
 *
 * ```text
 * gpt      --#
 * claude   -S-aF|
 * standard 1-2S-aF|
 *          1 = route to gpt, 2 = route to claude
 * ```
 *
 * Nearest the wire first: the deadlines of an attempt, circuit breaker, concurrency, rate,
 * cooldown, retries, each anew for every member; failover between the members; then, for all
 * together, admission, cache and the total deadline. So waiting for a place takes nothing from
 * the time of an attempt, the breaker judges attempts, only one layer retries, and what comes
 * out of the cache passes no limit. For another order, compose the policies by hand.
 *
 * @param members - The providers by name; `route` events and errors carry the names.
 * @param options - See {@link StandardOptions}.
 * @returns A handler that shows its layers: `members`, `admission`, `cache`. Errors: as
 * `failover`; `queue-full` by admission; `timed-out` (code `total`) when the time is over.
 *
 * @example
 * ```ts
 * const ask = standard(
 *   { gpt: openai({ model: 'gpt-5-mini' }), claude: anthropic({ model: 'claude-haiku-4-5' }) },
 *   { presets: [presets.chat], limitRate: { requests: 500, tokens: 200_000 } },
 * );
 * ask.members.gpt.circuitBreaker?.state$.subscribe(({ state }) => render(state));
 * ```
 */
export function standard<Name extends string>(
  members: Readonly<Record<Name, Handler>>,
  options: StandardOptions = {},
): Standard<Name> {
  const { presets = [], scheduler, random, ...own } = options;
  const { combine = (handlers) => failover(handlers, { scheduler }), ...last } = own;
  checkFunction('standard', 'combine', combine);
  checkPresets(presets);
  const layers = merge([usual, ...presets, last]);
  const { total, ...attempt } = layers.deadlines || {};
  const make = <Options, Made>(
    policy: (options: Options) => Made,
    given: StandardLayer<Options>,
  ): Made | undefined => (given ? policy({ ...given, scheduler, random } as Options) : undefined);

  const shown: Record<string, StandardMember> = {};
  const handlers: Record<string, Handler> = {};
  for (const [name, provider] of memberEntries('standard', members)) {
    const member: StandardMember = {
      circuitBreaker: make(circuitBreaker<ChatEvent>, layers.circuitBreaker),
      limitConcurrency: make(limitConcurrency<ChatEvent>, layers.limitConcurrency),
      limitRate: make(limitRate<ChatEvent>, layers.limitRate),
      cooldown: make(cooldown<ChatEvent>, layers.cooldown),
    };
    shown[name] = member;
    handlers[name] = wrap(
      provider,
      make(deadlines<ChatEvent>, layers.deadlines && attempt),
      member.circuitBreaker,
      member.limitConcurrency,
      member.limitRate,
      member.cooldown,
      make(retryBackoff<ChatEvent>, layers.retryBackoff),
    );
  }
  const outer = {
    admission: make(admission<ChatEvent>, layers.admission),
    cache: make(cache, layers.cache),
  };
  const handler = wrap(
    combine(handlers),
    outer.admission,
    outer.cache,
    make(deadlines<ChatEvent>, layers.deadlines && { total }),
  );
  const ask: Handler = (request) => handler(request);
  return Object.assign(ask, { members: shown as Record<Name, StandardMember>, ...outer });
}

function wrap(handler: Handler, ...policies: readonly (Policy | undefined)[]): Handler {
  return compose(handler, ...policies.filter((policy) => policy !== undefined));
}

function checkPresets(presets: readonly StandardPreset[]): void {
  const isPreset = (preset: unknown): boolean => typeof preset === 'object' && preset !== null;
  if (Array.isArray(presets) && presets.every(isPreset)) return;
  throw new TypeError('standard: presets must be a list of options, as [presets.chat]');
}

type Entry = readonly [layer: string, given: unknown];

/** Later options go before earlier ones, field by field. */
function merge(all: readonly StandardPreset[]): StandardPreset {
  const merged: Record<string, object | false> = {};
  for (const [layer, given] of all.flatMap((preset) => Object.entries(preset) as Entry[])) {
    if (!Object.hasOwn(usual, layer)) {
      const known = Object.keys(usual).join(', ');
      throw new TypeError(`standard: there is no layer '${layer}'; the layers are ${known}`);
    }
    if (given === undefined) continue;
    if (given !== false && (typeof given !== 'object' || given === null)) {
      throw new TypeError(
        `standard: ${layer} must be an object of options, or false, got ${String(given)}`,
      );
    }
    const before = merged[layer] || usual[layer as keyof StandardPreset] || {};
    merged[layer] = given && { ...before, ...compact(given) };
  }
  return merged;
}
