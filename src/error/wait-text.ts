/** The milliseconds of each unit that servers write. */
const units: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** Header values longer than this are nobody's hint. */
const LENGTH = 1000;

/** The values of a header, which are joined by commas where it was sent more than once. */
export function values(header: unknown): readonly string[] {
  if (typeof header !== 'string' || header.length > LENGTH) return [];
  return header.split(',').map((value) => value.trim());
}

/** The first of the {@link values} of a header. */
export function firstValue(header: unknown): string | undefined {
  if (typeof header !== 'string' || header.length > LENGTH) return undefined;
  const end = header.indexOf(',');
  return (end === -1 ? header : header.slice(0, end)).trim();
}

/** Reads `12` or `1.5`. */
export function readNumber(text: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Reads `6m0s`, `20m52.666s`, `12ms`, `2.000000001s` in milliseconds. */
export function readDuration(text: string): number | undefined {
  const part = /(\d+(?:\.\d+)?)(ms|us|µs|ns|[dhms])/y;
  let total = 0;
  while (part.lastIndex < text.length) {
    const [, amount, unit = ''] = part.exec(text) ?? [];
    if (amount === undefined) return undefined;
    total += Number(amount) * (units[unit] ?? NaN);
  }
  return text === '' ? undefined : total;
}

const instants: readonly RegExp[] = [
  /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/,
  // An HTTP date after its weekday and comma, also in the form of RFC 850.
  /^\d\d? [A-Za-z]{3} \d{2,4} \d\d:\d\d:\d\d GMT$/,
  /^\d\d?-[A-Za-z]{3}-\d{2,4} \d\d:\d\d:\d\d GMT$/,
];

/** Reads an RFC 3339 time, or an HTTP date without its weekday, as milliseconds since 1970. */
export function readInstant(text: string): number | undefined {
  if (!instants.some((form) => form.test(text))) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}

/** How what a header says of a reset is to be read. */
export interface ResetClock {
  /** Of a bare number, in milliseconds. */
  readonly unit: number;
  /** The server's time, which most headers need not be compared with. */
  readonly now: () => number;
}

/** A duration, a date, a time since 1970 (no wait is as long as that), or a bare number. */
export function readReset(text: string, { unit, now }: ResetClock): number | undefined {
  if (text === '') return undefined;
  const amount = readNumber(text);
  if (amount === undefined) {
    const duration = readDuration(text);
    if (duration !== undefined) return duration;
    const instant = readInstant(text);
    return instant === undefined ? undefined : instant - now();
  }
  if (amount >= 1e12) return amount - now();
  return amount >= 1e9 ? amount * 1000 - now() : amount * unit;
}
