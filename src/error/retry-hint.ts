import { detailsOf, errorParts } from './error-body';
import { field } from './field';
import { readDuration, readInstant, readNumber, readReset, values } from './wait-text';

/** The longest delay a timer takes: Node fires a longer one after 1 ms. */
const LONGEST = 2 ** 31 - 1;

type Headers = Readonly<Record<string, string>>;

/**
 * How long a server asks to wait, in whole milliseconds that are rounded up.
 *
 * Of what the server says, the most explicit counts: `retry-after-ms`, `retry-after`, a hint in
 * the body, then the latest reset among the limits of which nothing remains. Dates are compared
 * with the server's own `date`. What can't be read, and what is in the past, is no hint.
 *
 * @param headers - Those of a failed response, by lower-case name.
 * @param body - The error body.
 * @param receivedAt - The local clock when the response came, for a server that sends no `date`.
 */
export function retryHint(
  headers: Headers | undefined,
  body: unknown,
  receivedAt: number | undefined,
): number | undefined {
  const bag = headers ?? {};
  const now = values(bag['date']).map(readInstant).find(isKnown) ?? receivedAt ?? NaN;
  const hint =
    longest(values(bag['retry-after-ms']).map(readNumber)) ??
    longest(values(bag['retry-after']).map((value) => secondsOrDate(value, now))) ??
    bodyHint(body, now) ??
    longest([...exhaustedLimits(bag, now), ...draftLimits(bag)]);
  // Servers write nanoseconds; beyond those, a fraction is the arithmetic's own.
  return hint === undefined ? undefined : Math.min(LONGEST, Math.ceil(Number(hint.toFixed(6))));
}

function isKnown(value: number | undefined): value is number {
  return value !== undefined;
}

function longest(waits: readonly (number | undefined)[]): number | undefined {
  const usable = waits.filter(isKnown).filter((wait) => wait >= 0);
  return usable.length > 0 ? Math.max(...usable) : undefined;
}

function secondsOrDate(text: string, now: number): number | undefined {
  const seconds = readNumber(text);
  if (seconds !== undefined) return seconds * 1000;
  const instant = readInstant(text);
  return instant === undefined ? undefined : instant - now;
}

/** `google.rpc.RetryInfo`, or what a router passes on of the headers that it got. */
function bodyHint(body: unknown, now: number): number | undefined {
  const parts = errorParts(body);
  const delays = parts.flatMap(detailsOf).flatMap((detail) => values(field(detail, 'retryDelay')));
  const passedOn = parts
    .map((part) => field(field(part, 'metadata'), 'headers'))
    .flatMap((headers) =>
      exhaustedLimits({ 'x-ratelimit-remaining': '0', ...lower(headers) }, now),
    );
  return longest(delays.map(readDuration)) ?? longest(passedOn);
}

function lower(headers: unknown): Headers {
  const entries = Object.entries(headers ?? {})
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    .map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return Object.fromEntries(entries);
}

/** The resets of the limits of which nothing remains. */
function exhaustedLimits(headers: Headers, now: number): readonly (number | undefined)[] {
  const names = Object.keys(headers);
  // Azure counts in milliseconds where the others count in seconds.
  const unit = names.some((name) => name.startsWith('x-ratelimit-renewalperiod-')) ? 1 : 1000;
  return names
    .filter((name) => name.includes('-remaining') && values(headers[name]).some(isUsedUp))
    .flatMap((name) => values(headers[name.replace('-remaining', '-reset')]))
    .map((reset) => readReset(reset, { unit, now: () => now }));
}

function isUsedUp(remaining: string): boolean {
  return remaining !== '' && Number(remaining) <= 0;
}

/** The IETF's draft: `ratelimit: "name";r=0;t=30`, where r remains and t is the reset. */
function draftLimits(headers: Headers): readonly (number | undefined)[] {
  return values(headers['ratelimit'])
    .map((limit) => limit.split(';').map((parameter) => parameter.trim()))
    .filter((parameters) => parameters.includes('r=0'))
    .flatMap((parameters) => parameters.filter((parameter) => parameter.startsWith('t=')))
    .map((reset) => readReset(reset.slice(2), { unit: 1000, now: () => NaN }));
}
