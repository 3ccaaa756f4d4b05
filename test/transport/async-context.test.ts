import { AsyncLocalStorage } from 'node:async_hooks';
import { gzipSync } from 'node:zlib';
import { Client } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ResponseHead, Transport } from '../../src/transport/transport';
import { pooled, requestTo } from './calls';
import { httpServer, rawServer } from './servers';

const who = new AsyncLocalStorage<string>();

/** Runs a call on behalf of somebody, and tells on whose behalf each notification came. */
function heardBy(name: string, transport: Transport, url: string): Promise<string[]> {
  return who.run(name, () => {
    const heard: string[] = [];
    const hear = (what: string): void => void heard.push(`${what} for ${String(who.getStore())}`);
    return new Promise((resolve) => {
      const end = (what: string): void => {
        hear(what);
        resolve(heard);
      };
      transport(requestTo(url)).subscribe({
        next: (part: ResponseHead | Uint8Array) => {
          hear(part instanceof Uint8Array ? 'bytes' : 'head');
        },
        error: () => {
          end('error');
        },
        complete: () => {
          end('end');
        },
      });
    });
  });
}

const answerTo = (name: string): string[] => [
  `head for ${name}`,
  `bytes for ${name}`,
  `end for ${name}`,
];

describe('httpTransport tells each caller in the async context of its own', () => {
  it('where one call after the other has the same connection', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    const transport = pooled();
    for (const name of ['Ann', 'Bob', 'Cid']) {
      expect(await heardBy(name, transport, server.url)).toEqual(answerTo(name));
    }
    expect(server.connections).toBe(1);
  });

  it('where calls wait for the connection of another one', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    const transport = pooled({ connections: 1 });
    const names = ['Ann', 'Bob', 'Cid'];
    const heard = names.map((name) => heardBy(name, transport, server.url));
    expect(await Promise.all(heard)).toEqual(names.map(answerTo));
    expect(server.connections).toBe(1);
  });

  it('where the body comes compressed', async () => {
    const server = await httpServer((_, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync('abc')),
    );
    const transport = pooled();
    for (const name of ['Ann', 'Bob']) {
      expect(await heardBy(name, transport, server.url)).toEqual(answerTo(name));
    }
  });

  it('where the connection is lost', async () => {
    const answers = ['HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc', undefined];
    const server = await rawServer((socket) => {
      const answer = answers.shift();
      if (answer === undefined) socket.destroy();
      else socket.write(answer);
    });
    const transport = pooled();
    expect(await heardBy('Ann', transport, server.url)).toEqual(answerTo('Ann'));
    expect(await heardBy('Bob', transport, server.url)).toEqual(['error for Bob']);
    expect(server.connections).toBe(1);
  });

  it('with a dispatcher of one’s own', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    const dispatcher = new Client(server.url);
    onTestFinished(() => dispatcher.close());
    const transport = pooled({ dispatcher });
    for (const name of ['Ann', 'Bob']) {
      expect(await heardBy(name, transport, server.url)).toEqual(answerTo(name));
    }
  });
});
