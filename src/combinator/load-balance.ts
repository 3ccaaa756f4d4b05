import { asyncScheduler, Observable, type SchedulerLike } from 'rxjs';
import { classify } from '../error/classify';
import type { ChatEvent } from '../event/chat-event';
import type { Handler } from '../handler';
import { callOf, keepCalls } from '../internal/call';
import { Changes } from '../internal/changes';
import { judgeCall, keepJudged, type Judge, type Verdict } from '../internal/judge-call';
import { isChatRequest, memberEntries, type Members } from '../internal/members';
import { checkFunction, checkNumber, checkOneOf, MAX_DELAY } from '../internal/options';
import { Setting } from '../internal/setting';
import { SteadyClock } from '../internal/steady-clock';
import { Balancer, type Turn } from '../policy/state/balancer';
import type { EjectionRules } from '../policy/state/member-health';
import { pickers } from '../policy/state/pickers';
import type { ChatRequest } from '../request/chat-request';

/** When {@link loadBalance} leaves a member out. */
export interface EjectOptions {
  /**
   * As many failures in a row eject a member.
   *
   * @defaultValue `5`
   */
  readonly failures?: number | undefined;
  /**
   * How long it is left out for the first time, in milliseconds; the second time lasts twice
   * as long, and so on.
   *
   * @defaultValue `30_000`
   */
  readonly base?: number | undefined;
  /**
   * The longest time for which it is left out, in milliseconds.
   *
   * @defaultValue `300_000`, or `base` where that is more
   */
  readonly cap?: number | undefined;
}

/** Options for {@link loadBalance}. */
export interface LoadBalanceOptions<Request = ChatRequest> {
  /**
   * Who is asked:
   *
   * - `'round-robin'`: one after the other
   * - `'weighted'`: one after the other, as often as its weight says
   * - `'least-in-flight'`: who has the fewest calls under way
   * - `'peak-ewma'`: who has been fastest with the first output of late, times the calls
   *   under way
   * - `'power-of-two'`: the better one, by the same figure, of two that chance has drawn
   * - `'sticky'`: the same one for the same session
   *
   * @defaultValue `'power-of-two'`
   */
  readonly by?:
    | 'round-robin'
    | 'weighted'
    | 'least-in-flight'
    | 'peak-ewma'
    | 'power-of-two'
    | 'sticky'
    | undefined;
  /**
   * The members' shares with `'weighted'`, by name; with 0, a member is not asked.
   *
   * @defaultValue `1` each
   */
  readonly weights?: Readonly<Record<string, number | Observable<number>>> | undefined;
  /**
   * The session of a request, with `'sticky'`. Requests without one go one after the other.
   *
   * @defaultValue the request's `context.session`
   */
  readonly session?: ((request: Request) => string | undefined) | undefined;
  /**
   * When a member that fails is left out, or `false` for never.
   *
   * @defaultValue `{ failures: 5, base: 30_000, cap: 300_000 }`
   */
  readonly eject?: EjectOptions | false | undefined;
  /**
   * The clock to use.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
  /**
   * The chance to use with `'power-of-two'`: numbers from 0 up to 1.
   *
   * @defaultValue `Math.random`
   */
  readonly random?: (() => number) | undefined;
}

/** What {@link loadBalance} knows of a member. */
export interface MemberState {
  /** How many calls run. */
  readonly inFlight: number;
  /** The mean time to the first output of late, in milliseconds. */
  readonly firstOutput: number | undefined;
  /** How many calls have failed since the last one that succeeded. */
  readonly failures: number;
  /** Until when it is left out, on the scheduler's clock; only while it is. */
  readonly ejectedUntil?: number;
  /** With `'weighted'`, once it is known. */
  readonly weight?: number;
}

/** A {@link loadBalance} instance: a handler, and the health of its members. */
export interface LoadBalancer<Request = ChatRequest, Event = ChatEvent> extends Handler<
  Request,
  Event
> {
  /** The members by name, now and whenever something changes. */
  readonly health$: Observable<Readonly<Record<string, MemberState>>>;
}

/**
 * Asks one of several members that can answer alike, so that the load is shared and slow or
 * broken ones get less of it.
 *
 * ```text
 * gpt    -S----aF|
 * claude  -S-bF|
 * claude        -S-cF|
 * first  1S----aF|
 * second -2S-bF|
 * third  -------2S-cF|
 *        1 = route to gpt, 2 = route to claude
 * ```
 *
 * A call that fails has failed: put `failover` or `retryBackoff` around it to ask again.
 * Members that fail often are left out for a while, though never the last one; then one call
 * at a time finds out whether they are back. Who refuses calls, for their rate or an open circuit
 * say, gets fewer by load or speed for as long. Calls that are left and the caller's own errors
 * say nothing of a member's health. Who is slow is tried again after some time, and who has
 * never answered gets calls as if it were as fast as the best. Unlike `mergeMap` over many
 * handlers, or a random choice, it knows what runs where and how it went.
 *
 * @param members - Handlers by name; `route` events and `health$` carry the names.
 * @param options - See {@link LoadBalanceOptions}.
 * @returns A handler with `health$`. Errors: those of the member that was asked, unchanged.
 *
 * @example
 * ```ts
 * const balance = loadBalance({
 *   east: openai({ model: 'gpt-5-mini' }),
 *   west: otherProvider,
 * });
 * const ask = compose(balance, retryBackoff());
 * balance.health$.subscribe(({ east, west }) => gauge(east!.inFlight, west!.inFlight));
 * ```
 */
export function loadBalance<Request = ChatRequest, Event = ChatEvent>(
  members: Members<Request, Event>,
  options: LoadBalanceOptions<Request> = {},
): LoadBalancer<Request, Event> {
  const { by = 'power-of-two', weights = {}, session = contextSession, eject = {} } = options;
  const { scheduler = asyncScheduler, random = Math.random } = options;
  const entries = memberEntries('loadBalance', members);
  checkOneOf('loadBalance', 'by', by, Object.keys(pickers));
  refuseUnused(by, options);
  checkFunction('loadBalance', 'session', session);
  checkFunction('loadBalance', 'random', random);
  const names = entries.map(([name]) => name);
  refuseUnknown(weights, names);
  const balancer = new Balancer(names, pickers[by](random), ejectionRules(eject));
  const clock = new SteadyClock(scheduler);
  const changes = new Changes();
  const given = new Map(Object.entries(weights));
  const shares = (by === 'weighted' ? balancer.members : []).map((member) => {
    const share = makeShare(member.name, given.get(member.name) ?? 1, () => {
      member.weight = share.value;
      changes.tell();
    });
    member.weight = share.current;
    return { member, share };
  });

  keepCalls();
  keepJudged();
  const handler: Handler<Request, Event> = (request) =>
    new Observable((destination) => {
      for (const { member, share } of shares) {
        share.follow(destination);
        member.weight = share.value;
      }
      const id = by === 'sticky' ? session(request) : undefined;
      const turn = balancer.begin(clock.time, id);
      if (!turn) {
        throw new RangeError('loadBalance: every weight is 0; give a member a weight above 0');
      }
      changes.tell();
      const { name, index } = turn.member;
      if (isChatRequest(request)) {
        destination.next({ type: 'route', by: 'loadBalance', name } as Event);
      }
      const source = callOf(entries[index]![1], request);
      judgeCall(source, destination, new TurnJudge(clock, balancer, changes, turn));
    });

  const health$ = changes.watch(() => balancer.report(clock.time, scheduler.now()));
  return Object.assign(handler, { health$ });
}

/** Tells the balancer how one call goes. */
class TurnJudge implements Judge {
  private refused = false;

  constructor(
    readonly clock: SteadyClock,
    private readonly balancer: Balancer,
    private readonly changes: Changes,
    private readonly turn: Turn,
  ) {}

  hear(latency: number): void {
    this.balancer.hear(this.turn, this.clock.time, latency);
    this.changes.tell();
  }

  isFailure(error: unknown): boolean {
    const { failover, providerFault } = classify({ cause: error });
    this.refused = failover && !providerFault;
    return providerFault;
  }

  settle(verdict?: Verdict): void {
    if (this.refused) this.balancer.refuse(this.turn, this.clock.time);
    else this.balancer.end(this.turn, this.clock.time, verdict?.failed);
    this.changes.tell();
  }
}

function contextSession(request: unknown): string | undefined {
  return isChatRequest(request) ? request.context?.session : undefined;
}

const users: Readonly<Record<string, string>> = {
  weights: 'weighted',
  session: 'sticky',
  random: 'power-of-two',
};

function refuseUnused(by: string, options: object): void {
  for (const [option, value] of Object.entries(options)) {
    const user = users[option];
    if (value === undefined || user === undefined || user === by) continue;
    throw new TypeError(
      `loadBalance: ${option} changes nothing by '${by}'; leave it out, or set by to '${user}'`,
    );
  }
}

function refuseUnknown(weights: object, names: readonly string[]): void {
  for (const name of Object.keys(weights)) {
    if (names.includes(name)) continue;
    throw new TypeError(
      `loadBalance: weights has '${name}', which is not a member; the members are ${names.join(', ')}`,
    );
  }
}

function makeShare(
  name: string,
  given: number | Observable<number>,
  onChange: () => void,
): Setting {
  // Sums of larger ones would not be exact.
  return new Setting('loadBalance', `weights.${name}`, given, { max: 1_000_000 }, onChange);
}

function ejectionRules(eject: EjectOptions | false): EjectionRules | undefined {
  if (eject === false) return undefined;
  if (typeof eject !== 'object') {
    throw new TypeError(
      `loadBalance: eject must be { failures, base, cap } or false, got ${String(eject)}`,
    );
  }
  const { failures = 5, base = 30_000, cap = Math.max(base, 300_000) } = eject;
  checkNumber('loadBalance', 'eject.failures', failures, { min: 1, integer: true });
  checkNumber('loadBalance', 'eject.base', base, { min: 1, max: MAX_DELAY });
  checkNumber('loadBalance', 'eject.cap', cap, { min: base, max: MAX_DELAY });
  return { failures, base, cap };
}
