import { firstValue, readInstant, readReset, values, type ResetClock } from '../error/wait-text';
import type { RateAllowance, RateAllowances } from '../event/chat-event';
import type { Writable } from '../internal/writable';

type Headers = Readonly<Record<string, string>>;

/** The names of the headers of one allowance. */
interface Names {
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
}

const namesOf = (pattern: string): Names => ({
  limit: pattern.replace('*', 'limit'),
  remaining: pattern.replace('*', 'remaining'),
  reset: pattern.replace('*', 'reset'),
});

// The first ones that a server knows count.
const requestNames = /* @__PURE__ */ [
  'x-ratelimit-*-requests',
  'anthropic-ratelimit-requests-*',
  'x-ratelimit-*-req-minute',
  'x-ratelimit-*',
  'ratelimit-*',
].map(namesOf);

const tokenNames = /* @__PURE__ */ [
  'x-ratelimit-*-tokens',
  'anthropic-ratelimit-tokens-*',
  'anthropic-ratelimit-input-tokens-*',
  'x-ratelimit-*-tokens-minute',
].map(namesOf);

/**
 * What the headers of a response say of the server's limits.
 *
 * @param headers - By lower-case name.
 * @param receivedAt - The local clock when they came, for a server that sends no `date`.
 */
export function rateAllowances(headers: Headers, receivedAt: number): RateAllowances | undefined {
  let limited = false;
  let azure = false;
  for (const name in headers) {
    if (!name.includes('ratelimit')) continue;
    limited = true;
    azure ||= name.startsWith('x-ratelimit-renewalperiod-');
  }
  // Most servers that are not a vendor's own say nothing of limits.
  if (!limited) return undefined;
  // Azure counts in milliseconds where the others count in seconds.
  const clock: ResetClock = { unit: azure ? 1 : 1000, now: () => serverTime(headers, receivedAt) };
  const requests = named(headers, requestNames, clock) ?? draft(headers);
  const tokens = named(headers, tokenNames, clock);
  if (!requests) return tokens && { tokens };
  return tokens ? { requests, tokens } : { requests };
}

function serverTime(headers: Headers, receivedAt: number): number {
  const instants = values(headers['date']).map(readInstant);
  return instants.find((at) => at !== undefined) ?? receivedAt;
}

function named(
  headers: Headers,
  patterns: readonly Names[],
  clock: ResetClock,
): RateAllowance | undefined {
  for (const { limit, remaining, reset } of patterns) {
    const found = allowance(
      firstValue(headers[limit]),
      firstValue(headers[remaining]),
      readReset(firstValue(headers[reset]) ?? '', clock),
    );
    if (found) return found;
  }
  return undefined;
}

/** The IETF's draft: `ratelimit: "name";r=999;t=30` and `ratelimit-policy: "name";q=1000`. */
function draft(headers: Headers): RateAllowance | undefined {
  const parameter = (header: string, name: string): string | undefined =>
    firstValue(headers[header])
      ?.split(';')
      .map((part) => part.trim().split('='))
      .find(([key]) => key === name)?.[1];
  const reset = readReset(parameter('ratelimit', 't') ?? '', { unit: 1000, now: () => NaN });
  return allowance(parameter('ratelimit-policy', 'q'), parameter('ratelimit', 'r'), reset);
}

function allowance(
  limitText: string | undefined,
  remainingText: string | undefined,
  reset = NaN,
): RateAllowance | undefined {
  const limit = count(limitText);
  const remaining = count(remainingText);
  if (limit === undefined && remaining === undefined) return undefined;
  const found: Writable<RateAllowance> = {};
  if (limit !== undefined) found.limit = limit;
  if (remaining !== undefined) found.remaining = remaining;
  if (!Number.isNaN(reset)) found.reset = Math.max(0, reset);
  return found;
}

function count(text = ''): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
