import { readInstant, readReset, values } from '../error/wait-text';
import type { RateAllowance, RateAllowances } from '../event/chat-event';

type Headers = Readonly<Record<string, string>>;

/** The names of the headers, where `*` is `limit`, `remaining` or `reset`; the first known ones count. */
const names = {
  requests: [
    'x-ratelimit-*-requests',
    'anthropic-ratelimit-requests-*',
    'x-ratelimit-*-req-minute',
    'x-ratelimit-*',
    'ratelimit-*',
  ],
  tokens: [
    'x-ratelimit-*-tokens',
    'anthropic-ratelimit-tokens-*',
    'anthropic-ratelimit-input-tokens-*',
    'x-ratelimit-*-tokens-minute',
  ],
} as const;

/**
 * What the headers of a response say of the server's limits.
 *
 * @param headers - By lower-case name.
 * @param receivedAt - The local clock when they came, for a server that sends no `date`.
 */
export function rateAllowances(headers: Headers, receivedAt: number): RateAllowances | undefined {
  // Most servers that are not a vendor's own say nothing of limits.
  if (!Object.keys(headers).some((name) => name.includes('ratelimit'))) return undefined;
  const now =
    values(headers['date'])
      .map(readInstant)
      .find((at) => at !== undefined) ?? receivedAt;
  const requests = named(headers, names.requests, now) ?? draft(headers);
  const tokens = named(headers, names.tokens, now);
  if (!requests && !tokens) return undefined;
  return { ...(requests && { requests }), ...(tokens && { tokens }) };
}

function named(
  headers: Headers,
  patterns: readonly string[],
  now: number,
): RateAllowance | undefined {
  // Azure counts in milliseconds where the others count in seconds.
  const azure = Object.keys(headers).some((name) => name.startsWith('x-ratelimit-renewalperiod-'));
  for (const pattern of patterns) {
    const said = (field: string): string | undefined =>
      values(headers[pattern.replace('*', field)])[0];
    const reset = readReset(said('reset') ?? '', azure ? 1 : 1000, now);
    const found = allowance(said('limit'), said('remaining'), reset);
    if (found) return found;
  }
  return undefined;
}

/** The IETF's draft: `ratelimit: "name";r=999;t=30` and `ratelimit-policy: "name";q=1000`. */
function draft(headers: Headers): RateAllowance | undefined {
  const parameter = (header: string, name: string): string | undefined =>
    values(headers[header])[0]
      ?.split(';')
      .map((part) => part.trim().split('='))
      .find(([key]) => key === name)?.[1];
  const reset = readReset(parameter('ratelimit', 't') ?? '', 1000, NaN);
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
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(Number.isNaN(reset) ? {} : { reset: Math.max(0, reset) }),
  };
}

function count(text = ''): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
