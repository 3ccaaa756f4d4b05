import { field } from './field';
import { isWord, sharesRun } from './secrets';

/** How many errors of a chain, how many values inside them, and how long texts are looked at. */
const LINKS = 16;
const VALUES = 1000;
const LENGTH = 65_536;

/** Runs of a secret this long or longer make a thrown error unfit to be passed on. */
const CAUSE_RUN = 12;

/** A thrown error, then its cause, then the cause of that. */
export function causeChain(cause: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  let link = cause;
  while (chain.length < LINKS) {
    chain.push(link);
    link = field(link, 'cause');
    if (link === undefined) break;
  }
  return chain;
}

/** The codes of a chain, also of errors that were bundled; a name stands in for a code. */
export function readCauses(chain: readonly unknown[]): readonly string[] {
  const links = chain.flatMap((link) => {
    const errors = field(link, 'errors');
    return Array.isArray(errors) ? [link, ...(errors as unknown[]).slice(0, LINKS)] : [link];
  });
  const codes = links.map((link) => field(link, 'code')).filter(isWord);
  const names = links
    .filter((link) => !isWord(field(link, 'code')))
    .map((link) => field(link, 'name'))
    .filter((name) => isWord(name) && name !== 'Error') as string[];
  return [...codes, ...names];
}

/** A failed response as HTTP clients throw it. */
export interface ThrownResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The response in an error of an HTTP client: Angular, RxJS `ajax`, axios, a vendor's SDK. */
export function thrownResponse(error: unknown): ThrownResponse | undefined {
  const response = field(error, 'response');
  const status = [field(error, 'status'), field(error, 'statusCode'), field(response, 'status')]
    .filter((value) => typeof value === 'number')
    .find((value) => Number.isInteger(value) && value >= 100 && value <= 599);
  if (status === undefined) return undefined;
  const headers =
    field(error, 'headers') ?? field(error, 'responseHeaders') ?? field(response, 'headers');
  return {
    status,
    headers: readHeaders(headers),
    body: [field(response, 'data'), field(error, 'data'), error],
  };
}

/** Headers out of a plain object, a `Map`, or anything with `keys` and `get`. */
function readHeaders(bag: unknown): Readonly<Record<string, string>> {
  try {
    const { keys, get } = bag as Partial<Map<string, unknown>>;
    const entries: readonly (readonly [string, unknown])[] =
      typeof keys === 'function' && typeof get === 'function'
        ? Array.from(keys.call(bag as Map<string, unknown>), (name) => [
            name,
            get.call(bag as Map<string, unknown>, name),
          ])
        : Object.entries(bag as object);
    return Object.fromEntries(
      entries
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
  } catch {
    return {};
  }
}

/** Properties in which HTTP clients keep what went over the wire. */
const wireProperties = new Set<PropertyKey>([
  'body',
  'config',
  'data',
  'headers',
  'input',
  'metadata',
  'options',
  'rawPacket',
  'request',
  'requestBodyValues',
  'response',
  'responseBody',
  'responseHeaders',
  'url',
  'xhr',
]);

/**
 * Whether a thrown error may be passed on: nothing in it is a message that went over
 * the wire, nothing holds a secret, and it is small enough to be sure of that.
 */
export function isShareable(cause: unknown, secrets: readonly string[]): boolean {
  const seen = new Set<unknown>();
  const queue: unknown[] = [cause];
  for (const value of queue) {
    if (typeof value === 'string') {
      if (value.length > LENGTH || sharesRun(value, secrets, CAUSE_RUN)) return false;
    }
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    if (seen.has(value)) continue;
    seen.add(value);
    try {
      if (ArrayBuffer.isView(value)) continue;
      // An own property in some engines, an accessor in others.
      if (value instanceof Error) queue.push(value.stack);
      if (value instanceof Map || value instanceof Set)
        queue.push(...([...value.entries()] as unknown[][]).flat());
      for (const key of Reflect.ownKeys(value)) {
        const inner: unknown = Reflect.getOwnPropertyDescriptor(value, key)?.value;
        if (inner !== undefined && wireProperties.has(key)) return false;
        queue.push(inner);
      }
    } catch {
      return false;
    }
    if (queue.length > VALUES) return false;
  }
  return true;
}
