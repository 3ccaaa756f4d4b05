import { inspect } from 'node:util';
import { fetch, ProxyAgent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchTransport } from '../../src/transport/fetch';
import type { Transport } from '../../src/transport/transport';
import { key, outcomeOf, pooled, question, requestTo, transports } from './calls';
import { closedPort, httpServer, type RawListener, rawServer } from './servers';

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const chunkedHead =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const openHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
const sized = (length: number): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${String(length)}\r\n\r\n`;

describe.each(transports)('%s', (_, create) => {
  it('posts the request and pushes the head, then the body', async () => {
    let received = '';
    const server = await rawServer((socket, request) => {
      received = request;
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\nhello`);
    });
    const before = Date.now();
    const { heads, text, error } = await outcomeOf(create()(requestTo(server.url)));
    expect(received).toMatch(/^POST \/v1\/chat\?version=1 HTTP\/1\.1\r\n/);
    expect(received).toMatch(/^authorization: Bearer sk-very-secret-0123456789\r$/im);
    expect(received).toMatch(/^content-type: application\/json\r$/im);
    expect(received).toMatch(/^accept-encoding: identity\r$/im);
    expect(received.endsWith(`\r\n\r\n{"question":"${question}"}`)).toBe(true);
    expect(heads).toEqual([
      {
        status: 200,
        headers: { 'x-twice': '1, 2', 'content-length': '5' },
        receivedAt: expect.any(Number) as number,
      },
    ]);
    expect(heads[0]!.receivedAt).toBeGreaterThanOrEqual(before);
    expect(heads[0]!.receivedAt).toBeLessThanOrEqual(Date.now());
    expect([text, error]).toEqual(['hello', undefined]);
  });

  it('lets the last of two spellings of a header win', async () => {
    let received = '';
    const server = await rawServer((socket, request) => {
      received = request;
      socket.write(sized(0));
    });
    const headers = {
      'content-type': 'text/plain',
      'Content-Type': 'a/b',
      'Accept-Encoding': 'br',
    };
    await outcomeOf(create()(requestTo(server.url, { headers })));
    expect(received.match(/^content-type: .*$/gim)).toEqual(['content-type: a/b']);
    expect(received.match(/^accept-encoding: .*$/gim)).toEqual(['accept-encoding: br']);
  });

  it('sends nothing before subscribe, and each subscribe sends anew', async () => {
    const server = await httpServer((request, response) => response.end('a'));
    const call = create()(requestTo(server.url));
    await outcomeOf(create()(requestTo(server.url)));
    expect(server.requests).toBe(1);
    await Promise.all([outcomeOf(call), outcomeOf(call)]);
    expect(server.requests).toBe(3);
  });

  it('pushes one head where an early hint came first', async () => {
    const server = await rawServer((socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${sized(1)}a`),
    );
    const { heads, text } = await outcomeOf(create()(requestTo(server.url)));
    expect(heads.map(({ status }) => status)).toEqual([200]);
    expect(text).toBe('a');
  });

  it.each([301, 302, 303, 307, 308])('pushes a %d and goes nowhere else', async (status) => {
    const other = await httpServer((request, response) => response.end());
    const server = await httpServer((request, response) =>
      response.writeHead(status, { location: other.url }).end('moved'),
    );
    const { heads, error } = await outcomeOf(create()(requestTo(server.url)));
    expect(heads.map((head) => head.status)).toEqual([status]);
    expect(error).toBe(undefined);
    expect(other.connections).toBe(0);
  });

  it.each([204, 400, 429, 500, 529])('pushes a %d as it is', async (status) => {
    const server = await httpServer((request, response) =>
      response.writeHead(status, { 'retry-after': '7' }).end(status === 204 ? '' : 'sorry'),
    );
    const { heads, text, error } = await outcomeOf(create()(requestTo(server.url)));
    expect(heads).toMatchObject([{ status, headers: { 'retry-after': '7' } }]);
    expect([text, error]).toEqual([status === 204 ? '' : 'sorry', undefined]);
  });

  it('pushes bytes when they come, not when the body ends', async () => {
    const server = await httpServer((request, response) => void response.write('first'));
    const transport = create();
    await new Promise<void>((resolve) => {
      const call = transport(requestTo(server.url)).subscribe((part) => {
        if (!(part instanceof Uint8Array)) return;
        resolve();
        setImmediate(() => call.unsubscribe());
      });
    });
    await server.until(({ open }) => open === 0);
  });

  it('ends a response that is longer than maxResponseBytes', async () => {
    const server = await httpServer((request, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(1000)));
        response.once('drain', more);
      };
      more();
    });
    const call = create({ maxResponseBytes: 10_000 })(requestTo(server.url));
    const { text, error } = await outcomeOf(call);
    expect(error).toMatchObject({ kind: 'malformed', retryable: false });
    expect(error!.message).toMatch(/maxResponseBytes \(10000\)/);
    expect(text.length).toBeLessThanOrEqual(10_000);
    await server.until(({ open }) => open === 0);
  });

  it('takes a response of exactly maxResponseBytes', async () => {
    const server = await httpServer((request, response) => response.end('x'.repeat(10_000)));
    const { text, error } = await outcomeOf(
      create({ maxResponseBytes: 10_000 })(requestTo(server.url)),
    );
    expect([text.length, error]).toEqual([10_000, undefined]);
  });

  const endings: readonly [
    name: string,
    listener: RawListener,
    text: string,
    error?: { readonly kind: string; readonly code?: RegExp },
  ][] = [
    ['a chunked body that ends', (s) => s.write(chunkedHead + chunk('abc') + chunk('')), 'abc'],
    ['an open body that ends', (s) => s.end(`${openHead}abc`), 'abc'],
    ['an open body that is reset', writeThenReset(`${openHead}abc`), 'abc'],
    ['a body that is longer than its content-length', (s) => s.write(`${sized(2)}abc`), 'ab'],
    [
      'a body that is shorter than its content-length',
      (s) => s.end(`${sized(9)}abc`),
      'abc',
      { kind: 'network', code: /UND_ERR_SOCKET/ },
    ],
    [
      'a chunked body that is cut',
      (s) => s.end(chunkedHead + chunk('abc')),
      'abc',
      { kind: 'network' },
    ],
    [
      'a chunked body that is reset',
      writeThenReset(chunkedHead + chunk('abc')),
      'abc',
      { kind: 'network', code: /ECONNRESET|UND_ERR_SOCKET/ },
    ],
    [
      'a chunked body with a bad size',
      (s) => s.write(`${chunkedHead}${chunk('abc')}zz\r\n`),
      'abc',
      { kind: 'network' },
    ],
    ['no head', (s) => s.end(), '', { kind: 'network', code: /UND_ERR_SOCKET/ }],
    ['a reset before the head', (s) => s.resetAndDestroy(), '', { kind: 'network' }],
    ['half a head', (s) => s.end('HTTP/1.1 200 OK\r\nx-a'), '', { kind: 'network' }],
    [
      'a garbage status line',
      (s) => s.write(`secret ${question}\r\n\r\n`),
      '',
      { kind: 'network' },
    ],
    [
      'a head of 100 KB',
      (s) => s.write(`HTTP/1.1 200 OK\r\nx-a: ${'x'.repeat(100_000)}\r\n\r\n`),
      '',
      { kind: 'malformed', code: /UND_ERR_HEADERS_OVERFLOW/ },
    ],
  ];

  it.each(endings)('on %s', async (_name, listener, text, error) => {
    const server = await rawServer(listener);
    const outcome = await outcomeOf(create()(requestTo(server.url)));
    expect(outcome.text).toBe(text);
    if (error === undefined) expect(outcome.error).toBe(undefined);
    else {
      expect(outcome.error).toMatchObject({ kind: error.kind });
      expect(outcome.error!.code).toMatch(error.code ?? /./);
    }
    expectNoSecretIn(outcome.error);
  });

  it('fails when nobody listens', async () => {
    const { error } = await outcomeOf(create()(requestTo(await closedPort())));
    expect(error).toMatchObject({ kind: 'network', retryable: true, code: 'ECONNREFUSED' });
    expectNoSecretIn(error);
  });

  it.each([
    ['a header with a line break', { headers: { authorization: `Bearer ${key}\n` } }],
    ['a header with a character beyond latin1', { headers: { authorization: `Bearer “${key}”` } }],
    ['a header name with a space', { headers: { 'x y': key } }],
    ['no URL', { url: `nonsense ${question}` }],
    ['a URL of another protocol', { url: `ftp://user:${key}@localhost/` }],
  ])('refuses %s as the mistake of the caller', async (_name, rest) => {
    const server = await httpServer((request, response) => response.end());
    const { error } = await outcomeOf(create()(requestTo(server.url, rest)));
    expect(error).toMatchObject({ kind: 'invalid-request', retryable: false, failover: true });
    expectNoSecretIn(error);
    expect(server.connections).toBe(0);
  });

  it.each([0, -1, NaN])('refuses maxResponseBytes %d', (maxResponseBytes) => {
    expect(() => create({ maxResponseBytes })).toThrow(/maxResponseBytes/);
  });
});

describe('a proxy that refuses', () => {
  it.each([403, 407, 502, 503])('with %d is a failure of the network', async (status) => {
    const proxy = await rawServer((socket) => socket.end(`HTTP/1.1 ${String(status)} X\r\n\r\n`));
    const dispatcher = new ProxyAgent(proxy.url);
    onTestFinished(() => dispatcher.destroy());
    const asked: typeof globalThis.fetch = (url, init) =>
      fetch(url as string, { ...init, dispatcher } as never) as never;
    for (const transport of [pooled({ dispatcher }), fetchTransport({ fetch: asked })]) {
      const { error } = await outcomeOf(transport(requestTo('https://llm.example')));
      expect(error).toMatchObject({ kind: 'network', retryable: true, failover: true });
      expect(inspect(error, { depth: 9 })).toContain(`Proxy response (${String(status)})`);
      expectNoSecretIn(error);
    }
  });
});

describe('an error that quotes its request', () => {
  const failing = (message: string): readonly Transport[] => {
    const fail = (): never => {
      throw new TypeError(message);
    };
    return [pooled({ dispatcher: { dispatch: fail } }), fetchTransport({ fetch: fail })];
  };

  it.each(['sk-1234', 'sk-12345678', 'sk-123456789'])('shows no short key: %s', async (short) => {
    for (const transport of failing(`no such key: ${short}`)) {
      const headers = { authorization: `Bearer ${short}` };
      const { error } = await outcomeOf(transport(requestTo('https://llm.example', { headers })));
      expect(error).toBeDefined();
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(short);
    }
  });

  it('may say what stands beside a key', async () => {
    for (const transport of failing('no bearer of identity, no Bearer')) {
      const { error } = await outcomeOf(transport(requestTo('https://llm.example')));
      expect(inspect(error, { depth: 20 })).toContain('no Bearer');
    }
  });

  it('shows no key of its URL', async () => {
    const url = 'https://llm.example/v1?version=1&key=canary-of-the-query';
    for (const transport of failing(`no route to ${url}`)) {
      const { error } = await outcomeOf(transport(requestTo('', { url, headers: {} })));
      expect(error).toBeDefined();
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('canary');
    }
  });
});

function writeThenReset(text: string): RawListener {
  return (socket) =>
    socket.write(text, () => {
      // The bytes have to be read before the reset, which would overtake them.
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
}

function expectNoSecretIn(error: unknown): void {
  const shown = inspect(error, { depth: 20, showHidden: true });
  expect(shown).not.toContain(key);
  expect(shown).not.toContain(question);
}
