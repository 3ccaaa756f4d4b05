import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { NEVER, TimeoutError, timeout } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { classify } from '../../src/error/classify';
import { LlmError } from '../../src/error/llm-error';

const body = { error: { message: 'SERVER PROSE', type: 'tokens', code: 'rate_limit_exceeded' } };

/** The shapes of well-known HTTP clients' errors for one and the same answer. */
const thrown: Readonly<Record<string, unknown>> = {
  Angular: {
    name: 'HttpErrorResponse',
    status: 429,
    error: body,
    headers: { keys: () => ['Retry-After'], get: () => '12' },
  },
  'RxJS ajax': { name: 'AjaxError', status: 429, response: body, xhr: {}, request: {} },
  axios: Object.assign(new Error('SERVER PROSE'), {
    code: 'ERR_BAD_REQUEST',
    config: { headers: { authorization: 'Bearer sk-secret-of-the-user' } },
    response: { status: 429, data: body, headers: { 'Retry-After': 12 } },
  }),
  "a vendor's SDK": Object.assign(new Error('429 SERVER PROSE'), {
    status: 429,
    headers: new Headers({ 'retry-after': '12' }),
    error: body.error,
    code: 'rate_limit_exceeded',
    type: 'tokens',
  }),
  'an SDK with a Map': {
    statusCode: 429,
    responseHeaders: new Map([['retry-after', '12']]),
    data: body,
  },
  'a list of header values': { status: 429, error: body, headers: { 'retry-after': ['7', '12'] } },
  wrapped: new Error('SERVER PROSE', { cause: { status: 429, error: body } }),
};

describe('classify, for what other libraries throw', () => {
  it.each(Object.entries(thrown))('reads the answer inside an error of %s', (name, cause) => {
    const error = classify({ provider: 'acme', cause });
    expect(error).toMatchObject({
      kind: 'rate-limited',
      retryable: true,
      status: 429,
      code: 'rate_limit_exceeded',
    });
    expect(error.message).toMatch(/^acme answered 429 \(rate_limit_exceeded\): ask again /);
    // What an HTTP client throws holds the request, so it is never passed on.
    expect('cause' in error).toBe(false);
    if (!['RxJS ajax', 'wrapped'].includes(name)) expect(error.retryAfter).toBe(12_000);
  });

  it('takes the TimeoutError of RxJS for what it is', () => {
    let caught: unknown;
    new TestScheduler(() => undefined).run(() => {
      NEVER.pipe(timeout(5)).subscribe({ error: (reason: unknown) => (caught = reason) });
    });
    expect(caught).toBeInstanceOf(TimeoutError);
    expect(classify({ cause: caught })).toMatchObject({ kind: 'timed-out', retryable: true });
  });

  it('returns an LlmError as it is, also as the cause of another error', () => {
    const cause = new LlmError('late', { kind: 'timed-out', retryable: false, failover: false });
    expect(classify({ cause })).toBe(cause);
    expect(classify({ cause, status: 500 })).toBe(cause);
    expect(classify({ cause: new Error('x', { cause: new Error('y', { cause }) }) })).toBe(cause);
    // One of many does not speak for the others.
    expect(classify({ cause: new AggregateError([cause]) })).not.toBe(cause);
  });

  it('carries what was thrown as its cause', () => {
    const plain = new Error('x', { cause: new TypeError('y') });
    expect(classify({ cause: plain }).cause).toBe(plain);
    expect(classify({ cause: 'a string' }).cause).toBe('a string');
    expect('cause' in classify({ cause: undefined })).toBe(false);
    expect('cause' in classify({ status: 500 })).toBe(false);
    expect(classify({ status: 500, cause: plain }).cause).toBe(plain);
  });

  it.each([
    ['response bytes', Object.assign(new Error(), { name: 'HTTPParserError', data: 'bytes' })],
    ['the URL', Object.assign(new TypeError(), { code: 'ERR_INVALID_URL', input: 'http://u:p@h' })],
    ['headers', Object.assign(new Error(), { code: 'UND_ERR_RESPONSE', headers: {} })],
    ['a request, inside', new Error('x', { cause: { inner: [{ request: {} }] } })],
    ['a request, in a Map', Object.assign(new Error(), { map: new Map([['a', { request: 1 }]]) })],
    ['a text too long to be looked through', new Error('x'.repeat(70_000))],
    ['more than can be looked through', Object.assign(new Error(), { rows: Array(2000).fill(0) })],
  ])('does not carry a cause that holds %s', (_name, cause) => {
    const error = classify({ cause });
    expect('cause' in error).toBe(false);
  });

  it('carries a TLS error together with the certificate', () => {
    const cert = { subject: { CN: 'elsewhere' }, raw: Buffer.alloc(3000) };
    const cause = Object.assign(new Error('x'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID', cert });
    expect(classify({ cause }).cause).toBe(cause);
  });

  it('goes by the response where there is one beside the cause', () => {
    const cause = Object.assign(new Error('x'), { code: 'ECONNRESET' });
    expect(classify({ status: 429, cause })).toMatchObject({ kind: 'rate-limited', cause });
    const overloaded = { error: { type: 'overloaded_error' } };
    expect(classify({ status: 200, body: overloaded, cause }).kind).toBe('overloaded');
    expect(classify({ status: 200, cause }).kind).toBe('network');
  });

  it('survives circles, deep chains and hostile objects', () => {
    const circle = new Error('x');
    circle.cause = circle;
    expect(classify({ cause: circle })).toMatchObject({ kind: 'invalid-request', cause: circle });
    let deep: unknown = Object.assign(new Error('x'), { code: 'ECONNRESET' });
    for (let depth = 0; depth < 10_000; depth++) deep = { cause: deep };
    expect(classify({ cause: deep }).kind).toBe('invalid-request');
    const hostile = new Proxy({}, { get: () => { throw new Error('no'); }, ownKeys: () => { throw new Error('no'); } }); // prettier-ignore
    expect(classify({ cause: hostile }).kind).toBe('invalid-request');
    expect(classify({ status: 500, body: hostile }).kind).toBe('server');
    const odd = { status: 429, headers: { keys: () => 5, get: () => ({}) } };
    expect(classify({ cause: odd }).kind).toBe('rate-limited');
    expect(classify({ cause: { status: 429, headers: 'none' } }).kind).toBe('rate-limited');
  });
});

describe('classify, for what undici really throws', () => {
  const agent = new Agent({ connect: { timeout: 5000 } });
  let server: Server | undefined;

  afterEach(async () => {
    const closing = server;
    server = undefined;
    if (closing?.listening) await new Promise((done) => closing.close(done));
  });

  async function listen(answer: (socket: Socket) => void): Promise<string> {
    const started = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        answer(socket);
      });
    });
    server = started;
    await new Promise<void>((done) => started.listen(0, '127.0.0.1', done));
    return `127.0.0.1:${String((started.address() as AddressInfo).port)}`;
  }

  async function failureOf(url: string, headers: Record<string, string> = {}): Promise<LlmError> {
    try {
      const response = await request(url, { method: 'POST', headers, dispatcher: agent });
      await response.body.text();
    } catch (cause) {
      return classify({ cause });
    }
    throw new Error('it did not fail');
  }

  it('a refused connection', async () => {
    const host = await listen(() => undefined);
    const closing = server;
    await new Promise((done) => closing?.close(done));
    const error = await failureOf(`http://${host}/`);
    expect(error).toMatchObject({ kind: 'network', retryable: true, code: 'ECONNREFUSED' });
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each<[string, string, (socket: Socket) => void, object]>([
    ['a reset', 'http', (socket) => socket.resetAndDestroy(), { kind: 'network' }],
    [
      'an end before the head',
      'http',
      (socket) => socket.end(),
      { kind: 'network', code: 'UND_ERR_SOCKET' },
    ],
    [
      'a body that is cut',
      'http',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nSERVER PROSE'),
      { kind: 'network', code: 'UND_ERR_SOCKET' },
    ],
    [
      'what is not HTTP',
      'http',
      (socket) => socket.end('SERVER PROSE\r\n\r\n'),
      { kind: 'network', retryable: true },
    ],
    [
      'a chunk size that is none',
      'http',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz PROSE\r\n'),
      { kind: 'network', code: 'HTTPParserError' },
    ],
    [
      'headers without end',
      'http',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'PROSE'.repeat(30_000)}\r\n\r\n`),
      { kind: 'malformed', code: 'UND_ERR_HEADERS_OVERFLOW' },
    ],
    [
      'no TLS where it should be',
      'https',
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      { kind: 'invalid-request', retryable: false, failover: true, providerFault: false },
    ],
  ])('%s', async (_name, scheme, answer, expected) => {
    const host = await listen(answer);
    const error = await failureOf(`${scheme}://${host}/`);
    expect(error).toMatchObject(expected);
    expect(String(error.stack) + JSON.stringify(error) + String(error.cause)).not.toContain(
      'PROSE',
    );
  });

  it.each(['http:/\\:x/?key=PROSE', 'htp://127.0.0.1/', 'no url'])('the URL %s', async (url) => {
    const error = await failureOf(url);
    expect(error).toMatchObject({ kind: 'invalid-request', retryable: false, failover: true });
  });

  it('a header that cannot be sent', async () => {
    const error = await failureOf('http://127.0.0.1:1/', { authorization: 'Bearer PROSE\nPROSE' });
    expect(error).toMatchObject({ kind: 'invalid-request', failover: true });
    expect(error.message + String(error.cause)).not.toContain('PROSE');
  });
});
