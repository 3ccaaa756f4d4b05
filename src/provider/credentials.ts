import { LlmError } from '../error/llm-error';
import { secretWords } from '../error/secrets';
import { environmentVariable } from './environment';

const NOT_FOR_HEADERS = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Refuses a value that no header can carry (line breaks, NUL, characters outside Latin-1).
 *
 * @throws TypeError that names the option, never the value.
 */
export function checkHeaderValue(provider: string, option: string, value: unknown): void {
  if (typeof value !== 'string') {
    throw new TypeError(`${provider}: ${option} must be a string, got ${typeof value}`);
  }
  if (NOT_FOR_HEADERS.test(value)) {
    throw new TypeError(`${provider}: ${option} holds a character that a header can't carry`);
  }
}

/** Refuses headers that can't be sent, see {@link checkHeaderValue}. */
export function checkHeaders(
  provider: string,
  headers: Readonly<Record<string, string>> | undefined,
): void {
  for (const [name, value] of Object.entries(headers ?? {})) {
    // A name that is no token may be a key in the wrong place, so it is not shown.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw new TypeError(`${provider}: headers holds a name that is not a header's name`);
    }
    checkHeaderValue(provider, `headers['${name}']`, value);
  }
}

/**
 * The key to send: the option, else the first variable that is set. An empty option says
 * that no key is wanted. Read at call time.
 */
export function readKey(
  provider: string,
  apiKey: string | undefined,
  variables: readonly string[],
): string | undefined {
  // That one was checked where it was given.
  if (apiKey !== undefined) return apiKey === '' ? undefined : apiKey;
  const key = environmentVariable(...variables);
  if (key === undefined) return undefined;
  if (NOT_FOR_HEADERS.test(key)) {
    throw new LlmError(
      `${provider}: the key in ${variables.join(' or ')} holds a character that a header can't carry`,
      { kind: 'unauthorized', provider },
    );
  }
  return key;
}

/** The error for a call that needs a key and has none. */
export function missingKey(provider: string, variables: readonly string[]): LlmError {
  return new LlmError(
    `${provider}: no API key; set the option apiKey or the environment variable ${variables.join(' or ')}`,
    { kind: 'unauthorized', provider },
  );
}

/**
 * Values that must not appear in any error: the key, each word of the user's headers, and
 * what the query of the base URL holds.
 */
export function secretValues(
  key: string | undefined,
  headers: Readonly<Record<string, string>> | undefined,
  baseURL?: string,
): readonly string[] {
  const query = new URLSearchParams(baseURL?.split('?')[1]);
  return secretWords([key ?? '', ...Object.values(headers ?? {}), ...query.values()]);
}
