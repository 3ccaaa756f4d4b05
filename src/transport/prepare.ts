import { classify } from '../error/classify';
import type { TransportRequest } from './transport';

/** A request that HTTP can carry. */
export interface PreparedRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Values that must not appear in any error. */
  readonly secrets: readonly string[];
}

/**
 * Checks a request before anything is sent. What `fetch` says of a bad header quotes its
 * value, and it looks like a failure of the network.
 */
export function prepare(request: TransportRequest): PreparedRequest {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(request.headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw refusal('ERR_INVALID_CHAR', `the header ${JSON.stringify(name)} is not valid in HTTP`);
    }
    headers[name.toLowerCase()] = value;
  }
  const url = parseUrl(request.url);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw refusal('ERR_INVALID_URL', 'the URL is not a valid http or https URL');
  }
  return { url, headers, body: request.body, secrets: Object.values(headers) };
}

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
