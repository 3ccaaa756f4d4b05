import { RateLog, type RateEntry } from './rate-log';

/** What one window may hold; `Infinity` where there is no limit. */
export interface RateLimits {
  readonly requests: number;
  readonly tokens: number;
  /** How many requests may go at the same moment. */
  readonly burst: number;
}

/** What a server says of one of its limits; `reset` in milliseconds. */
export interface Heard {
  readonly limit?: number;
  readonly remaining?: number;
  readonly reset?: number;
}

/** Requests and their tokens. */
export interface Amounts {
  readonly requests: number;
  readonly tokens: number;
}

// For so many windows a key remembers what the server has said of it.
const REMEMBERED = 60;

// What a reset that is told in whole seconds may be off, in milliseconds.
const ROUNDED = 1000;
// So many windows are another one, even where the reset is not of what was used but of all.
const LONG = 60;

const NONE: Amounts = { requests: 0, tokens: 0 };

/** Counts the requests and tokens of one key, and says when the next request may go. */
export class RateMeter {
  readonly #requests: RateLog;
  readonly #tokens: RateLog;
  #learned: { readonly [What in keyof Amounts]?: number | undefined } = {};
  #learnedAt = -Infinity;
  // When the next request would be due if all had been spaced evenly.
  #even = 0;
  /** Between two of these, in milliseconds. */
  #space = 0;

  /**
   * @param per - The length of the window, in milliseconds.
   * @param given - The limits that were given, read each time.
   */
  constructor(
    private readonly per: number,
    private readonly given: RateLimits,
  ) {
    this.#requests = new RateLog(per);
    this.#tokens = new RateLog(per);
  }

  /** The time at which a request may go, after those ahead of it. */
  due(tokens: number, time: number, ahead = NONE): number {
    return Math.max(
      this.#requests.due(ahead.requests + 1, this.#requestLimit(), time),
      this.#tokens.due(ahead.tokens + this.cost(tokens), this.#tokenLimit(), time),
      this.#spaced(ahead.requests, time),
    );
  }

  /** What these tokens take: more than a window holds waits for a whole one, not for ever. */
  cost(tokens: number): number {
    return Math.min(tokens, this.#tokenLimit());
  }

  /** Counts a request that goes now; what is returned is to be settled with its tokens. */
  take(tokens: number, time: number): RateEntry {
    this.#respace(time);
    this.#even = Math.max(this.#even, time) + this.#space;
    this.#requests.add(1, time);
    return this.#tokens.add(tokens, time);
  }

  /** Takes what a request has really used in place of the tokens that it was taken with. */
  settle(taken: RateEntry, tokens: number, real: number): void {
    this.#tokens.mend(taken, real - tokens);
  }

  /** Takes the server's limits for the given ones, and counts what others use of them. */
  learn(said: { readonly requests?: Heard; readonly tokens?: Heard }, time: number): void {
    const requests = this.#hear(this.#requests, said.requests, time);
    const tokens = this.#hear(this.#tokens, said.tokens, time);
    if (requests === undefined && tokens === undefined) return;
    this.#learned = {
      requests: requests ?? this.#learned.requests,
      tokens: tokens ?? this.#learned.tokens,
    };
    this.#learnedAt = time;
  }

  /** What counts at this time. */
  used(time: number): Amounts {
    return { requests: this.#requests.used(time), tokens: this.#tokens.used(time) };
  }

  /** Whether nothing counts any more, so that a new meter would say the same or learn it anew. */
  isIdle(time: number): boolean {
    if (time < this.#learnedAt + REMEMBERED * this.per) return false;
    const { requests, tokens } = this.used(time);
    return requests === 0 && tokens === 0 && this.#even <= time;
  }

  // No getters, since V8 looks up private ones by its slowest path.
  #requestLimit(): number {
    return this.#learned.requests ?? this.given.requests;
  }

  #tokenLimit(): number {
    return this.#learned.tokens ?? this.given.tokens;
  }

  #hear(log: RateLog, said: Heard | undefined, time: number): number | undefined {
    const { limit, remaining, reset = this.per } = said ?? {};
    // A reset further off is that of another window: of a day, say.
    if (limit === undefined || limit < 1 || reset > this.per) return undefined;
    if (remaining === undefined) return limit;
    const used = limit - remaining;
    // Where room comes back all the time, the reset of a day is near as long as little is used.
    const whole = said?.reset === undefined ? 0 : ((reset - ROUNDED) / used) * limit;
    if (used > 0 && whole > LONG * this.per) return undefined;
    log.hear(used, time + reset, time);
    return limit;
  }

  #spaced(ahead: number, time: number): number {
    const requests = this.#requestLimit();
    const { burst } = this.given;
    if (burst >= requests) return time;
    this.#respace(time);
    return Math.max(this.#even, time) + (ahead - burst + 1) * this.#space;
  }

  // What went before the limit changed counts as so many requests, not as so much time.
  #respace(time: number): void {
    const space = this.per / this.#requestLimit();
    if (space === this.#space) return;
    if (this.#even > time) this.#even = time + (this.#even - time) * (space / this.#space);
    this.#space = space;
  }
}
