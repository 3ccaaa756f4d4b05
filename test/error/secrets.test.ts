import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { classify, type FailureSignal } from '../../src/error/classify';
import type { LlmError } from '../../src/error/llm-error';
import { sharesRun } from '../../src/error/secrets';
import { failureCases } from './failure-rows';

const KEY = 'sk-proj-Zx81QpLmW0vTn47bKcYd93RsHg65JfAe';
const PROMPT = 'my-diary-of-the-year-in-which-it-rained';
const secrets = [KEY];

/** Everything of an error that a log, a serializer or a debugger would show. */
function shown(error: LlmError): string {
  const parts = [
    String(error),
    JSON.stringify(error),
    inspect(error, { depth: 20, showHidden: true }),
  ];
  let link: unknown = error;
  while (link instanceof Error) {
    parts.push(String(link.stack), inspect(link, { depth: 20, showHidden: true, getters: true }));
    link = link.cause;
  }
  return parts.join('\n');
}

function expectClean(signal: FailureSignal): void {
  const text = shown(classify({ provider: 'acme', secrets, ...signal }));
  const forbidden = [
    KEY,
    KEY.slice(0, 12),
    KEY.slice(-12),
    KEY.slice(10, 22),
    encodeURIComponent(PROMPT),
  ];
  expect(forbidden.filter((part) => text.includes(part))).toEqual([]);
}

/** Puts a text into every place of a body, once each. */
function* planted(value: unknown, text: string): Generator<unknown> {
  if (typeof value !== 'object' || value === null) {
    yield text;
    yield `${text.slice(0, 14)}...`;
    yield `Incorrect API key provided: ${text}`;
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    for (const replaced of planted(inner, text)) {
      yield Array.isArray(value)
        ? value.map((entry, index) => (String(index) === key ? replaced : (entry as unknown)))
        : { ...value, [key]: replaced };
    }
    if (!Array.isArray(value)) yield { ...value, [text]: inner };
  }
}

const bodies = failureCases
  .flatMap((row) => Object.values(row.signals))
  .filter((signal) => typeof signal.body === 'object' && signal.body !== null);

describe('a key that the server echoes', () => {
  it('is in no error, in whichever place of a body it stands', () => {
    let bodiesTried = 0;
    for (const signal of bodies) {
      for (const body of planted(signal.body, KEY)) {
        expectClean({ ...signal, body });
        bodiesTried++;
      }
    }
    expect(bodiesTried).toBeGreaterThan(500);
  });

  it('is in no error when the body is the key', () => {
    for (const body of [KEY, [KEY], { [KEY]: KEY }, { error: KEY }, { error: { [KEY]: 1 } }]) {
      for (const status of [200, 307, 400, 401, 429, 500]) expectClean({ status, body });
    }
  });

  it.each([
    ...['request-id', 'x-request-id', 'apim-request-id', 'retry-after', 'retry-after-ms', 'date'],
    ...['x-should-retry', 'x-ratelimit-remaining-tokens', 'ratelimit', 'location', KEY],
  ])('is in no error when it stands in the header %s', (name) => {
    for (const value of [KEY, `req_${KEY}`, KEY.slice(0, 12), KEY.slice(-12)]) {
      expectClean({ status: 429, headers: { [name]: value } });
    }
  });

  it('makes way for a code that holds none of it', () => {
    const body = { error: { code: `key_${KEY.slice(4, 12)}`, type: 'invalid_request_error' } };
    expect(classify({ status: 400, body, secrets }).code).toBe('invalid_request_error');
    const fewer = { error: { code: `key_${KEY.slice(4, 11)}`, type: 'invalid_request_error' } };
    expect(classify({ status: 400, body: fewer, secrets }).code).toBe(fewer.error.code);
  });
});

describe('a key in what was thrown', () => {
  const hold = (holder: object): Error => Object.assign(new Error('x'), holder);

  it.each<readonly [string, unknown]>([
    ['the message', new Error(`Headers.append: "Bearer ${KEY}" is an invalid header value.`)],
    ['the message of a cause', new TypeError('x', { cause: new Error(`no ${KEY.slice(0, 12)}`) })],
    ['the end of a message', new Error(`key ending in ${KEY.slice(-12)}`)],
    ['text', `thrown as text: ${KEY}`],
    ['the config of a client', hold({ config: { headers: { authorization: `Bearer ${KEY}` } } })],
    ['a hidden property', Object.defineProperty(new Error('x'), 'key', { value: KEY })],
    ['a stack', Object.defineProperty(new Error('x'), 'stack', { get: () => `at ${KEY}` })],
    ['a symbol', hold({ [Symbol('key')]: KEY })],
    ['a bundle', new AggregateError([new Error(KEY)])],
    ['a Map', hold({ seen: new Map([['key', KEY]]) })],
    ['a Set', hold({ seen: new Set([KEY]) })],
    ['a list', hold({ seen: [[{ deep: [KEY] }]] })],
    ['a class', hold({ key: class { static readonly key = KEY } })], // prettier-ignore
    ['the code', hold({ code: KEY })],
    ['the name', hold({ name: KEY })],
    [
      'a failed response',
      hold({ status: 401, headers: { 'x-request-id': KEY }, error: { code: KEY } }),
    ],
    [
      'a failed response with its request',
      hold({ response: { status: 401, config: { url: `/?key=${KEY}` } } }),
    ],
  ])('is in no error: %s', (_name, cause) => {
    expectClean({ cause });
    expectClean({ status: 500, cause });
  });

  it.each<readonly [string, unknown]>([
    ['a URL', Object.assign(new TypeError('Invalid URL'), { input: `http://h/?key=${KEY}` })],
    ['response bytes', hold({ name: 'HTTPParserError', data: `echo ${KEY}` })],
    ['headers', hold({ name: 'RequestRetryError', headers: { authorization: KEY } })],
    ['the request of a client', hold({ code: 'ECONNRESET', request: { _header: KEY } })],
    ['the config of a client', hold({ status: 500, config: { headers: { authorization: KEY } } })],
  ])('is in no error although nobody said that it is one: %s', (_name, cause) => {
    const error = classify({ cause });
    expect(shown(error)).not.toContain(KEY);
  });
});

describe('what the server wrote', () => {
  it('is in no error: texts, URLs, header values', () => {
    const headers = { location: `https://h/${PROMPT}`, 'x-note': PROMPT, server: PROMPT };
    for (const signal of bodies) {
      const text = shown(classify({ ...signal, headers: { ...signal.headers, ...headers } }));
      expect(text).not.toMatch(/PROSE|my-diary/);
    }
    for (const status of [200, 301, 400, 404, 429, 502]) {
      const error = classify({ status, body: `<p>${PROMPT}</p>`, headers });
      expect(shown(error)).not.toContain('my-diary');
    }
  });
});

describe('sharesRun', () => {
  it.each([
    ['abcdefgh', ['xabcdefghx'], 8, true],
    ['..bcdefghi..', ['abcdefghij'], 8, true],
    ['abcdefg', ['abcdefgh'], 8, false],
    ['abcdefgXh', ['abcdefgh'], 8, false],
    ['anything', [''], 8, false],
    ['short', ['short'], 8, false],
    ['the sk-1234.', ['sk-1234'], 12, true],
    ['sk-123456789', ['sk-123456789'], 12, true],
    ['sk-12345678', ['sk-123456789'], 12, false],
    ['second-one', ['nothing-here', 'second-one'], 8, true],
    ['anything', [], 8, false],
  ])('%s against %j', (text, given, length, expected) => {
    expect(sharesRun(text, given, length)).toBe(expected);
  });
});
