import { asyncScheduler, type Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import { LlmError } from '../error/llm-error';
import { asksAnew, type ChatEvent } from '../event/chat-event';
import type { Handler, Policy } from '../handler';
import { HAIR } from '../internal/alarms';
import { burst } from '../internal/burst';
import { Changes } from '../internal/changes';
import { Commitment } from '../internal/commit';
import { begin, directHandler } from '../internal/direct-handler';
import { Flight, keepFlights } from '../internal/flight';
import { operate } from '../internal/operate';
import { checkFunction, checkNumber, keyText } from '../internal/options';
import { playBack, type Recording, type Written } from '../internal/recording';
import { SteadyClock } from '../internal/steady-clock';
import { TransientMap } from '../internal/transient-map';
import { requestKey } from '../request/request-key';
import type { ChatRequest } from '../request/chat-request';
import { MemoryStore } from '../store/memory';

/** Options for {@link cache}. */
export interface CacheOptions {
  /**
   * How long an answer is kept, in milliseconds. With 0 only calls under way are shared.
   *
   * @defaultValue `600_000`
   */
  readonly ttl?: number | undefined;
  /**
   * The most answers that are kept; the least recently used one goes first.
   *
   * @defaultValue `500`
   */
  readonly max?: number | undefined;
  /**
   * The most bytes that all answers and their keys take together, by estimate.
   *
   * @defaultValue `67_108_864`
   */
  readonly maxBytes?: number | undefined;
  /**
   * What makes two requests the same: their keys, which should hold the tenant.
   *
   * @defaultValue {@link requestKey}: all that changes the answer, and `context.tenant`
   */
  readonly key?: ((request: ChatRequest) => string) | undefined;
  /**
   * The clock to use.
   *
   * @defaultValue `asyncScheduler`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/** What a {@link cache} instance has done and holds. */
export interface CacheStats {
  /** Calls answered from a kept answer. */
  readonly hits: number;
  /** Calls that joined one under way. */
  readonly joined: number;
  /** Calls that went on to the handler. */
  readonly misses: number;
  readonly entries: number;
  readonly bytes: number;
}

/** A {@link cache} instance: a policy, and its statistics. */
export interface Cache extends Policy {
  /** The statistics now, and whenever they change. */
  readonly stats$: Observable<CacheStats>;
}

/**
 * Where a call under way is found, empty once it has landed: where calls are rare, a table that the
 * map has outgrown still waits for a full garbage collection, with all that was in it then.
 */
interface Berth {
  flight: Flight | undefined;
}

interface Kept extends Written {
  readonly keptAt: number;
  readonly took: number;
}

/**
 * Answers a repeated question from memory, and lets those who ask it at the same time
 * share one call.
 *
 * ```text
 * call  S-a-bF|
 * first S-a-bF|
 * again ---------(hSabF|)
 * ```
 *
 * Who joins a call under way reads its prefix, then the rest live; the last one leaving
 * aborts it. Only whole answers are kept (finished by `stop` or `tool-calls`), never one
 * that failed, broke off, was cut by a limit or filtered, or was cancelled, and none that
 * holds what JSON does not. A `cache` event announces that an answer cost nothing, once more
 * for each new attempt of a joined call. What is repeated says nothing of the server's rate
 * limits. Events that others may read too are frozen. Unlike `shareReplay`, it aborts what nobody
 * reads, forgets failures, and has bounds.
 *
 * An instance may stand before several handlers: they share the bounds, not the answers. Where more
 * of the context than the tenant decides who answers, as a `route` may have it, give a `key` of your
 * own, or put a cache into each member.
 *
 * @param options - See {@link CacheOptions}.
 * @returns A policy with `stats$`. Errors: those of the call; to all who share it.
 *
 * @example
 * ```ts
 * const ask = compose(openai({ model: 'gpt-5-mini' }), cache({ ttl: 60_000 }));
 * ```
 */
export function cache(options: CacheOptions = {}): Cache {
  const { ttl = 600_000, max = 500, maxBytes = 64 * 1024 * 1024, key = requestKey } = options;
  const { scheduler = asyncScheduler } = options;
  checkNumber('cache', 'ttl', ttl);
  checkNumber('cache', 'max', max, { min: 1, max: 2 ** 24, integer: true });
  checkNumber('cache', 'maxBytes', maxBytes, {
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    integer: true,
  });
  checkFunction('cache', 'key', key);
  // An answer is not kept for longer where the clock is put back.
  const clock = new SteadyClock(scheduler);
  const store = new MemoryStore<Kept>({ ttl, max, maxBytes });
  const berths = new TransientMap<string, Berth>();
  const scopes = new WeakMap<Handler, number>();
  const changes = new Changes();
  const counts = { hits: 0, joined: 0, misses: 0 };
  let scopeCount = 0;
  keepFlights();

  const count = (what: keyof typeof counts): void => {
    counts[what] += 1;
    changes.tell();
  };

  const joined = ({ startedAt }: Flight): ChatEvent => {
    const age = clock.time - startedAt;
    return Object.freeze({ type: 'cache', status: 'joined', age });
  };

  const keep = (id: string, startedAt: number, answer: Recording): void => {
    const written = answer.write();
    if (written === undefined) return;
    const now = clock.time;
    const { events, pieces } = written;
    const size = 2 * (id.length + events.length) + pieces.bytes;
    const took = now - startedAt;
    store.set(id, { events, pieces, keptAt: now, took }, size);
    changes.tell();
  };

  // Before the end is told, so that who asks again on hearing of it makes a new call.
  const land = (flight: Flight, complete: boolean): void => {
    const { id, startedAt, attempt } = flight;
    const berth = berths.get(id);
    if (berth?.flight === flight) {
      berths.delete(id);
      berth.flight = undefined;
    }
    if (complete && ttl > 0 && isWhole(attempt)) keep(id, startedAt, attempt);
  };

  const policy: Policy = (next) => {
    const scope = scopes.get(next) ?? scopeCount++;
    scopes.set(next, scope);
    const prefix = `${String(scope)}:`;

    const answer = (request: ChatRequest, destination: Subscriber<ChatEvent>): void => {
      const id = prefix + keyText('cache', key(request));
      const now = clock.time;
      const kept = store.get(id, now);
      if (kept) {
        count('hits');
        const age = now - kept.keptAt;
        destination.next(Object.freeze({ type: 'cache', status: 'hit', age, saved: kept.took }));
        burst(() => {
          repeat(kept, destination);
        });
        return;
      }
      const flight = berths.get(id)?.flight;
      if (flight) {
        join(flight, request, destination);
        count('joined');
        return;
      }
      fly(new Flight(id, now, land, request.context?.deadline), request, destination);
    };

    const fly = (flight: Flight, request: ChatRequest, first: Subscriber<ChatEvent>): void => {
      flight.tell(first, flight.deadline);
      // Who makes the key may have ended the call,
      if (flight.closed) return;
      berths.set(flight.id, { flight });
      count('misses');
      // or who watches the statistics.
      if (!flight.closed) begin(next, request, flight);
    };

    // The call has the deadline of who began it; who joined may have more time, and asks anew.
    const join = (
      flight: Flight,
      request: ChatRequest,
      destination: Subscriber<ChatEvent>,
    ): void => {
      const committed = new Commitment();
      const { deadline = Infinity } = request.context ?? {};
      flight.tell(
        operate<ChatEvent, ChatEvent>(destination, {
          next: (event) => {
            committed.add(event);
            destination.next(event);
            // What follows costs the one who began the call.
            if (asksAnew(event)) destination.next(joined(flight));
          },
          error: (error) => {
            const now = scheduler.now();
            // A deadline that was set further in is that of all.
            const isOurs = now < flight.deadline - HAIR || now >= deadline;
            if (isOurs || !isOutOfTime(error)) {
              destination.error(error);
              return;
            }
            if (committed.made) destination.next({ type: 'retract' });
            if (destination.closed) return;
            // From here on it costs something.
            destination.next({ type: 'retry', attempt: 2, delay: 0, error });
            if (!destination.closed) answer(request, destination);
          },
        }),
        deadline,
        joined(flight),
      );
    };

    return directHandler(answer);
  };

  const stats$ = changes.watch(() => ({ ...counts, entries: store.size, bytes: store.bytes }));
  return Object.assign(policy, { stats$ });
}

function repeat(answer: Written, destination: Subscriber<ChatEvent>): void {
  for (const event of playBack(answer)) {
    if (destination.closed) return;
    destination.next(event);
  }
  destination.complete();
}

function isOutOfTime(error: unknown): boolean {
  return LlmError.is(error) && error.kind === 'timed-out' && error.code === 'total';
}

function isWhole({ last }: Recording): boolean {
  return last?.type === 'finish' && ['stop', 'tool-calls'].includes(last.reason);
}
