import type { LlmErrorFields } from '../../src/error/llm-error';

/*
 * What the retries of the AWS SDKs and of gRPC do, as data: run in virtual time by
 * retry-vectors.test.ts, and over sockets by the fault matrix.
 */

/** What a server answers: a status; 200 is an answer, 429 says that it has too much to do. */
export type AnswerStatus = 200 | 429 | 500 | 502;

/** What follows an answer. */
export interface QuotaStep {
  readonly answer: AnswerStatus;
  /** `attempts` and `quota` say which of them ended the call with the failure. */
  readonly then: 'retry' | 'answered' | 'attempts' | 'quota';
  /** The tokens in the quota after that. */
  readonly tokens: number;
  /** The wait before the retry, in milliseconds, with the most jitter. */
  readonly delay?: number;
}

/** One of the sequences of the AWS SDKs' specification of retries, as of 2026. */
export interface QuotaVector {
  readonly name: string;
  /** The tokens at first. */
  readonly tokens: number;
  readonly attempts: number;
  /** Over as many calls as there are steps that end one. */
  readonly steps: readonly QuotaStep[];
}

/** The options of `retryBackoff` that the vectors are for, besides `attempts` and `budget`. */
export const quotaOptions = { base: 50, throttledBase: 1000, cap: 20_000, random: () => 1 };

const retry = (answer: AnswerStatus, tokens: number, delay: number): QuotaStep => ({
  answer,
  then: 'retry',
  tokens,
  delay,
});
const answered = (tokens: number): QuotaStep => ({ answer: 200, then: 'answered', tokens });

/** The sequences, with the quota and the waits that they must lead to. */
export const quotaVectors: readonly QuotaVector[] = [
  {
    name: 'answers in the end',
    tokens: 500,
    attempts: 3,
    steps: [retry(500, 486, 50), retry(500, 472, 100), answered(486)],
  },
  {
    name: 'fails as its attempts are used up',
    tokens: 500,
    attempts: 3,
    steps: [
      retry(502, 486, 50),
      retry(502, 472, 100),
      { answer: 502, then: 'attempts', tokens: 472 },
    ],
  },
  {
    name: 'fails as the quota is used up after one retry',
    tokens: 14,
    attempts: 3,
    steps: [retry(500, 0, 50), { answer: 500, then: 'quota', tokens: 0 }],
  },
  {
    name: 'is never retried without a quota',
    tokens: 0,
    attempts: 3,
    steps: [{ answer: 500, then: 'quota', tokens: 0 }],
  },
  {
    name: 'waits twice as long each time',
    tokens: 500,
    attempts: 5,
    steps: [
      retry(500, 486, 50),
      retry(500, 472, 100),
      retry(500, 458, 200),
      retry(500, 444, 400),
      { answer: 500, then: 'attempts', tokens: 444 },
    ],
  },
  {
    name: 'fails as the rest of the quota is too little',
    tokens: 20,
    attempts: 3,
    steps: [retry(500, 6, 50), { answer: 502, then: 'quota', tokens: 6 }],
  },
  {
    name: 'gets back what its last retry has cost',
    tokens: 30,
    attempts: 3,
    steps: [retry(500, 16, 50), retry(502, 2, 100), answered(16), retry(500, 2, 50), answered(16)],
  },
  {
    name: 'pays less for being throttled, and waits longer',
    tokens: 500,
    attempts: 3,
    steps: [retry(429, 495, 1000), answered(500)],
  },
];

/** What comes of a response: how many were asked, and the tokens left of 8 (of at most 10). */
export interface ThrottleOutcome {
  readonly asked: number;
  /** After a second response that is an answer, where there is one. */
  readonly tokens: number;
  /** The wait before the second request, in milliseconds. */
  readonly delay?: number;
}

/** One of the five types of responses that gRPC's proposal A6 sums up. */
export interface ThrottleCase {
  readonly name: string;
  /** The failure, unless it is an answer. */
  readonly failure?: LlmErrorFields;
  readonly retry: ThrottleOutcome;
  readonly hedge: ThrottleOutcome;
}

/** The backoff and the delay of a hedge that the cases are for, in milliseconds. */
export const throttleDelay = 20;

/** What each type of response leads to, with `new RetryThrottle({ maxTokens: 10 })`. */
export const throttleCases: readonly ThrottleCase[] = [
  {
    name: 'an answer',
    retry: { asked: 1, tokens: 8.1 },
    hedge: { asked: 1, tokens: 8.1 },
  },
  {
    name: 'a failure that can be mended: after the backoff; a hedge goes at once',
    failure: { kind: 'server' },
    retry: { asked: 2, tokens: 7.1, delay: throttleDelay },
    hedge: { asked: 2, tokens: 7.1, delay: 0 },
  },
  {
    name: 'a fatal failure, which costs nothing',
    failure: { kind: 'invalid-request' },
    retry: { asked: 1, tokens: 8 },
    hedge: { asked: 1, tokens: 8 },
  },
  {
    name: 'push-back that forbids retries',
    failure: { kind: 'server', retryable: false },
    retry: { asked: 1, tokens: 7 },
    hedge: { asked: 1, tokens: 7 },
  },
  {
    name: 'push-back that says how long to wait: so long; a hedge is not sent any more',
    failure: { kind: 'server', retryAfter: 70 },
    retry: { asked: 2, tokens: 7.1, delay: 70 },
    hedge: { asked: 1, tokens: 7 },
  },
];

/** Whether the n-th of failing calls in a row may be retried: only above half of the tokens. */
export const throttleAtHalf: readonly {
  readonly maxTokens: number;
  readonly retried: readonly boolean[];
}[] = [
  { maxTokens: 10, retried: [true, true, true, true, false, false] },
  { maxTokens: 5, retried: [true, true, false, false] },
  { maxTokens: 2, retried: [false, false] },
];
