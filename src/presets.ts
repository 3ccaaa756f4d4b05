import type { StandardPreset } from './standard';

/**
 * Options of {@link standard} for common uses, as plain data: the first five by what the answers
 * are for, the other two by what the traffic is like. They hold no models and no temperatures,
 * which are the provider's and the request's.
 *
 * @example
 * ```ts
 * const ask = standard(
 *   { gpt: openai({ model: 'gpt-5-mini' }) },
 *   { presets: [presets.chat, presets.bursty], cache: { ttl: 60_000 } },
 * );
 * ```
 */
export const presets = {
  /** Somebody reads along: begin soon, or say that it won't work. */
  chat: {
    deadlines: { connect: 5_000, firstToken: 15_000, idle: 10_000, total: 30_000 },
    retryBackoff: { attempts: 3 },
    cache: { ttl: 300_000 },
  },
  /** Long answers of strong models, asked for again and again while the code is the same. */
  code: {
    deadlines: { connect: 10_000, firstToken: 60_000, idle: 30_000, total: 180_000 },
    retryBackoff: { attempts: 4 },
    cache: { ttl: 3_600_000 },
  },
  /** An answer is of use for seconds only: one quick retry, nothing kept. */
  realTime: {
    deadlines: { connect: 2_000, firstToken: 5_000, idle: 5_000, total: 15_000 },
    retryBackoff: { attempts: 2, base: 100 },
    limitConcurrency: { max: 10 },
    limitRate: { requests: 1_000 },
    cache: false,
  },
  /** Nobody waits, and the same documents come back: patience, many attempts, a day's memory. */
  documents: {
    deadlines: { connect: 10_000, firstToken: 120_000, idle: 60_000, total: 300_000 },
    retryBackoff: { attempts: 6, base: 5_000 },
    cache: { ttl: 86_400_000 },
  },
  /** Tokens cost more than time: keep what was paid for, and pay for few attempts. */
  cost: {
    retryBackoff: { attempts: 2, budget: 0.1 },
    cache: { ttl: 86_400_000, max: 10_000, maxBytes: 268_435_456 },
  },
  /** Ten times the usual traffic, for a moment: a short queue, and a quick refusal of the rest. */
  bursty: {
    admission: { maxInFlight: 64, maxQueue: 640, maxWait: 10_000 },
    limitConcurrency: { max: 64 },
  },
  /** Few questions, asked by many. */
  readHeavy: {
    cache: { ttl: 3_600_000, max: 100_000, maxBytes: 536_870_912 },
  },
} as const satisfies Readonly<Record<string, StandardPreset>>;
