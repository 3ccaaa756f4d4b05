import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { outcomeOf, pooled, requestTo } from './calls';
import { httpServer, rawServer } from './servers';

// Long enough, and little enough alike, that no decoder can hold all of it back.
const text = Array.from(
  { length: 3000 },
  (_, at) => `data: ${String((at * 7919) % 104_729)}\n\n`,
).join('');

const encodings: readonly (readonly [name: string, encoding: string, body: Buffer])[] = [
  ['gzip', 'gzip', gzipSync(text)],
  ['gzip in capitals', ' GZIP', gzipSync(text)],
  ['x-gzip', 'x-gzip', gzipSync(text)],
  ['br', 'br', brotliCompressSync(text)],
  ['deflate', 'deflate', deflateSync(text)],
  ['gzip and nothing more', 'gzip, identity', gzipSync(text)],
  ['nothing and then gzip', 'None,GZIP', gzipSync(text)],
  ['deflate without its wrapping', 'deflate', deflateRawSync(text)],
];

/** Serves a body in pieces of a size, and leaves out the end of it. */
function serve(encoding: string, body: Uint8Array, { cut = 0, size = 1000 } = {}) {
  return httpServer((_, response) => {
    response.writeHead(200, { 'content-encoding': encoding });
    for (let at = 0; at < body.length - cut; at += size) {
      response.write(body.subarray(at, Math.min(at + size, body.length - cut)));
    }
    response.end();
  });
}

describe('httpTransport decodes a body that comes compressed all the same', () => {
  it.each(encodings)('as %s', async (_, encoding, body) => {
    const server = await serve(encoding, body);
    const outcome = await outcomeOf(pooled()(requestTo(server.url)));
    expect(outcome.error).toBe(undefined);
    expect(outcome.text).toBe(text);
  });

  it('in the smallest pieces', async () => {
    const body = gzipSync('abc'.repeat(50));
    const server = await serve('gzip', body, { size: 1 });
    expect((await outcomeOf(pooled()(requestTo(server.url)))).text).toBe('abc'.repeat(50));
  });

  const nothing = ['identity', '', 'none', ' NONE', 'UTF-8', 'chunked', 'identity, none', ','];
  it.each(nothing)('and leaves one alone that says %j', async (encoding) => {
    const server = await serve(encoding, Buffer.from('abc'));
    expect(await outcomeOf(pooled()(requestTo(server.url)))).toMatchObject({
      text: 'abc',
      error: undefined,
    });
  });

  it('and takes a body of no bytes as it is', async () => {
    const server = await serve('gzip', Buffer.from(''));
    expect(await outcomeOf(pooled()(requestTo(server.url)))).toMatchObject({
      text: '',
      error: undefined,
    });
  });

  it('and hands over what was flushed before the body ends', async () => {
    const gzip = createGzip();
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      gzip.pipe(response);
      gzip.write('data: first\n\n');
      gzip.flush();
    });
    const received = await new Promise<string>((resolve) => {
      const call = pooled()(requestTo(server.url)).subscribe((part) => {
        if (!(part instanceof Uint8Array)) return;
        resolve(new TextDecoder().decode(part));
        call.unsubscribe();
      });
    });
    expect(received).toBe('data: first\n\n');
    await server.until(({ open }) => open === 0);
  });
});

describe('httpTransport does not take a broken compressed body for a whole one', () => {
  it.each(encodings)('that is cut, as %s', async (_, encoding, body) => {
    for (const cut of [1, 8, Math.floor(body.length / 2), body.length - 1]) {
      const server = await serve(encoding, body, { cut });
      const outcome = await outcomeOf(pooled()(requestTo(server.url)));
      expect(outcome.error).toMatchObject({ kind: 'truncated', retryable: true });
      expect(text.startsWith(outcome.text)).toBe(true);
      // The last eight bytes of gzip are a check sum.
      if (cut <= 8 && encoding === 'gzip') expect(outcome.text).toBe(text);
    }
  });

  it.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, br', 'gzip, none, gzip', 'constructor'])(
    'that is not the %s it says',
    async (encoding) => {
      const server = await serve(encoding, Buffer.from('{"error":"plain text"}'));
      const { heads, error } = await outcomeOf(pooled()(requestTo(server.url)));
      expect(heads).toHaveLength(1);
      expect(error).toMatchObject({ kind: 'malformed' });
    },
  );

  it('and tells of the connection that failed, behind what had come', async () => {
    const body = gzipSync(text);
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 100000\r\n\r\n');
      socket.end(body.subarray(0, -1));
    });
    const outcome = await outcomeOf(pooled()(requestTo(server.url)));
    expect(outcome.error).toMatchObject({ kind: 'network', code: 'UND_ERR_SOCKET' });
    expect(outcome.text).toBe(text);
  });
});

describe('httpTransport bounds what comes out of a compressed body', () => {
  it.each([
    ['gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024))],
    ['br', brotliCompressSync(Buffer.alloc(64 * 1024 * 1024))],
  ])('for a bomb of %s', async (encoding, bomb) => {
    expect(bomb.length).toBeLessThan(100_000);
    const server = await serve(encoding, bomb, { size: bomb.length });
    let largest = 0;
    let received = 0;
    const error = await new Promise((resolve) => {
      pooled({ maxResponseBytes: 1_000_000 })(requestTo(server.url)).subscribe({
        next: (part) => {
          if (!(part instanceof Uint8Array)) return;
          received += part.length;
          largest = Math.max(largest, part.length);
        },
        error: resolve,
      });
    });
    expect(error).toMatchObject({ kind: 'malformed', retryable: false });
    expect(received).toBeLessThanOrEqual(1_000_000);
    expect(largest).toBeLessThanOrEqual(65_536);
  });

  it('for one that never ends', async () => {
    const zeros = Buffer.alloc(1024 * 1024);
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const gzip = createGzip();
      gzip.pipe(response);
      response.on('close', () => gzip.destroy());
      const more = (): void => void gzip.write(zeros, () => gzip.destroyed || more());
      more();
    });
    const { error } = await outcomeOf(
      pooled({ maxResponseBytes: 1_000_000 })(requestTo(server.url)),
    );
    expect(error).toMatchObject({ kind: 'malformed', retryable: false });
    await server.until(({ open }) => open === 0);
  });

  it('and what waits to be decoded', async () => {
    // Zeros that stay as large as they are cost a decoder more time than the network.
    const stored = gzipSync(Buffer.alloc(1024 * 1024), { level: 0 });
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const more = (): void => {
        while (response.write(stored));
        response.once('drain', more);
      };
      more();
    });
    const { error } = await outcomeOf(pooled({ maxResponseBytes: 2 ** 40 })(requestTo(server.url)));
    expect(error).toMatchObject({ kind: 'malformed', retryable: false });
    await server.until(({ open }) => open === 0);
  });
});
