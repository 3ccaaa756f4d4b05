import { classify } from '../error/classify';
import { secretWords } from '../error/secrets';
import { rememberLast } from '../internal/remember-last';
import type { TransportRequest } from './transport';

/** Where a request goes. */
export interface Target {
  readonly href: string;
  readonly origin: string;
  /** The path with its query. */
  readonly path: string;
}

/** A request that HTTP can carry. */
export interface PreparedRequest {
  readonly target: Target;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Checks a request before anything is sent. What `fetch` says of a bad header quotes its
 * value, and it looks like a failure of the network.
 */
export function prepare({ url, headers, body }: TransportRequest): PreparedRequest {
  return { headers: checked(headers), target: targetOf(url), body };
}

/** Values that must not appear in any error. */
export function secretsIn({ headers, target }: Omit<PreparedRequest, 'body'>): readonly string[] {
  return secretWords([...Object.values(headers), ...new URL(target.href).searchParams.values()]);
}

/** The headers that were checked of those that are frozen, and so stay as they were. */
const known = new WeakMap<object, PreparedRequest['headers']>();

// Each request has headers of its own, as a `fetch` or a dispatcher of the user's may add to them.
function checked(given: TransportRequest['headers']): PreparedRequest['headers'] {
  const before = known.get(given);
  if (before) return { ...before };
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  for (const name of Object.keys(given)) {
    const value = given[name]!;
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw refusal('ERR_INVALID_CHAR', `the header ${JSON.stringify(name)} is not valid in HTTP`);
    }
    headers[name.toLowerCase()] = value;
  }
  if (!Object.isFrozen(given)) return headers;
  known.set(given, headers);
  return { ...headers };
}

/** Most calls go where the one before went. */
const targetOf = rememberLast((text: string): Target => {
  const url = parseUrl(text);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw refusal('ERR_INVALID_URL', 'the URL is not a valid http or https URL');
  }
  return { href: url.href, origin: url.origin, path: url.pathname + url.search };
});

function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

function refusal(code: string, message: string): Error {
  return classify({ cause: Object.assign(new TypeError(message), { code }) });
}
