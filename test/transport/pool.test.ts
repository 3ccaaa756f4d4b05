import { inspect } from 'node:util';
import { lastValueFrom, take } from 'rxjs';
import { Agent, type Dispatcher } from 'undici';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { watch } from '../support/watch';
import { httpTransport } from '../../src/transport/undici';
import { key, outcomeOf, pooled, requestTo } from './calls';
import { httpServer, rawServer, type TestServer } from './servers';

/** A server that answers when the test says so. */
async function onDemand(): Promise<{ readonly server: TestServer; readonly answer: () => void }> {
  const waiting: (() => void)[] = [];
  const server = await httpServer((_, response) => {
    waiting.push(() => void response.end('abc'));
  });
  return { server, answer: () => waiting.shift()!() };
}

describe('the pool', () => {
  it('serves one call after the other over one connection', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    const transport = pooled();
    for (let call = 0; call < 5; call += 1) await outcomeOf(transport(requestTo(server.url)));
    expect([server.requests, server.connections]).toEqual([5, 1]);
  });

  it('serves calls at the same time over as many connections', async () => {
    const { server, answer } = await onDemand();
    const transport = pooled();
    const calls = Array.from({ length: 20 }, () => outcomeOf(transport(requestTo(server.url))));
    await server.until(({ requests }) => requests === 20);
    for (let call = 0; call < 20; call += 1) answer();
    expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(Array(20).fill('abc'));
    expect(server.connections).toBe(20);
  });

  it('keeps to its connections, and serves whoever waits in order', async () => {
    const { server, answer } = await onDemand();
    const transport = pooled({ connections: 2 });
    const ended: number[] = [];
    const calls = Array.from({ length: 6 }, async (_, at) => {
      await outcomeOf(transport(requestTo(server.url)));
      ended.push(at);
    });
    for (let served = 1; served <= 6; served += 1) {
      await server.until(({ requests }) => requests >= Math.min(served + 1, 6));
      answer();
    }
    await Promise.all(calls);
    expect(ended).toEqual([0, 1, 2, 3, 4, 5]);
    expect([server.requests, server.connections]).toEqual([6, 2]);
  });

  it('counts the connections of each origin apart', async () => {
    const [one, other] = [await onDemand(), await onDemand()];
    const transport = pooled({ connections: 1 });
    const calls = [one, other].map(({ server }) => outcomeOf(transport(requestTo(server.url))));
    await Promise.all(
      [one, other].map(({ server }) => server.until(({ requests }) => requests === 1)),
    );
    one.answer();
    other.answer();
    expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(['abc', 'abc']);
  });

  it('goes on with a new connection after each way of losing one', async () => {
    let requests = 0;
    const server = await rawServer((socket) => {
      requests += 1;
      const whole = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n';
      if (requests === 1) socket.destroy();
      else if (requests === 2) socket.write('garbage\r\n\r\n');
      else if (requests === 3) socket.end(`${whole}connection: close\r\n\r\na`);
      else if (requests === 4) socket.end('HTTP/1.1 200 OK\r\n\r\na');
      else socket.write(`${whole}\r\na`);
    });
    const transport = pooled({ connections: 1 });
    const texts = [];
    for (let call = 0; call < 6; call += 1) {
      texts.push((await outcomeOf(transport(requestTo(server.url)))).text);
    }
    expect(texts).toEqual(['', '', 'a', 'a', 'a', 'a']);
    expect(server.connections).toBe(5);
  });

  it('loses no connection to requests that are refused', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    const transport = pooled({ connections: 1 });
    const headers = { expect: '100-continue' };
    const refused = Array.from({ length: 200 }, () =>
      outcomeOf(transport(requestTo(server.url, { headers }))),
    );
    const whole = outcomeOf(transport(requestTo(server.url)));
    for (const { error } of await Promise.all(refused)) {
      expect(error).toMatchObject({ kind: 'invalid-request', code: 'UND_ERR_NOT_SUPPORTED' });
    }
    expect((await whole).text).toBe('abc');
    expect(server.requests).toBe(1);
  });

  it('closes a connection that is idle for keepAliveTimeout', { timeout: 3000 }, async () => {
    const server = await rawServer((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na'),
    );
    const transport = pooled({ keepAliveTimeout: 20 });
    await outcomeOf(transport(requestTo(server.url)));
    await server.until(({ open }) => open === 0);
    expect((await outcomeOf(transport(requestTo(server.url)))).text).toBe('a');
    expect(server.connections).toBe(2);
  });

  it('forgets a connection that the server has closed', async () => {
    const { server, answer } = await onDemand();
    const closing = await rawServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na'),
    );
    const transport = pooled({ connections: 1 });
    const running = outcomeOf(transport(requestTo(server.url)));
    for (let call = 1; call <= 3; call += 1) {
      expect((await outcomeOf(transport(requestTo(closing.url)))).text).toBe('a');
      await closing.until(({ connections, open }) => connections === call && open === 0);
    }
    await server.until(({ requests }) => requests === 1);
    answer();
    await running;
  });

  it('gives up a connection that is not made within connectTimeout', async () => {
    const server = await rawServer(() => undefined);
    const url = server.url.replace('http', 'https');
    const { error } = await outcomeOf(pooled({ connectTimeout: 20 })(requestTo(url)));
    expect(error).toMatchObject({ kind: 'network', code: 'UND_ERR_CONNECT_TIMEOUT' });
    await server.until(({ open }) => open === 0);
  });

  it.each([
    { connections: 0 },
    { connections: 1.5 },
    { keepAliveTimeout: 0 },
    { keepAliveTimeout: 2 ** 31 },
    { connectTimeout: 0 },
    { connectTimeout: 2 ** 31 },
  ])('refuses %o', (options) => {
    const [name = ''] = Object.keys(options);
    expect(() => httpTransport(options)).toThrow(new RegExp(`^httpTransport: ${name}`));
  });
});

describe('close', () => {
  it('waits for the calls that run and those that wait, and closes their connections', async () => {
    const { server, answer } = await onDemand();
    const transport = pooled({ connections: 1 });
    const calls = [1, 2].map(() => outcomeOf(transport(requestTo(server.url))));
    await server.until(({ requests }) => requests === 1);
    let closed = false;
    const closing = transport.close().then(() => (closed = true));
    answer();
    await server.until(({ requests }) => requests === 2);
    expect(closed).toBe(false);
    answer();
    expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(['abc', 'abc']);
    await closing;
    await server.until(({ open }) => open === 0);
  });

  it('closes idle connections', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    const transport = pooled();
    await Promise.all([1, 2, 3].map(() => outcomeOf(transport(requestTo(server.url)))));
    expect(server.open).toBe(3);
    await transport.close();
    await server.until(({ open }) => open === 0);
  });

  it('takes no more requests', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    const transport = pooled();
    const call = transport(requestTo(server.url));
    await outcomeOf(call);
    await transport.close();
    const { error } = await outcomeOf(call);
    expect(error).toMatchObject({ kind: 'invalid-request', code: 'UND_ERR_CLOSED' });
    expect(server.requests).toBe(1);
  });

  it('lets a call end that has only just been made', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    const transport = pooled();
    const call = outcomeOf(transport(requestTo(server.url)));
    await transport.close();
    expect((await call).text).toBe('abc');
    await server.until(({ open }) => open === 0);
  });

  it('ends when the running calls are left', async () => {
    const server = await httpServer((_, response) => void response.write('abc'));
    const transport = pooled({ connections: 1 });
    const calls = [1, 2].map(() => transport(requestTo(server.url)).subscribe());
    await server.until(({ requests }) => requests === 1);
    const closing = transport.close();
    for (const call of calls) call.unsubscribe();
    await closing;
    await server.until(({ open }) => open === 0);
  });

  it('may be asked for twice, and of a transport that was never used', async () => {
    await pooled().close();
    const server = await httpServer((_, response) => response.end('abc'));
    const transport = pooled();
    await outcomeOf(transport(requestTo(server.url)));
    await Promise.all([transport.close(), transport.close()]);
    await transport.close();
  });
});

describe('a dispatcher of one’s own', () => {
  const agent = (connections: number): Agent => {
    const dispatcher = new Agent({ connections });
    onTestFinished(() => dispatcher.destroy());
    return dispatcher;
  };

  it('sends the requests, and is not closed with the transport', async () => {
    const server = await httpServer((_, response) => response.end('abc'));
    const dispatcher = agent(1);
    const transport = pooled({ dispatcher });
    expect((await outcomeOf(transport(requestTo(server.url)))).text).toBe('abc');
    await transport.close();
    expect((await outcomeOf(transport(requestTo(server.url)))).error?.code).toBe('UND_ERR_CLOSED');
    const another = pooled({ dispatcher });
    expect((await outcomeOf(another(requestTo(server.url)))).text).toBe('abc');
    expect(server.connections).toBe(1);
  });

  it('is told when the subscriber has left', async () => {
    const server = await httpServer((_, response) => void response.write('abc'));
    const transport = pooled({ dispatcher: agent(1) });
    await lastValueFrom(transport(requestTo(server.url)).pipe(take(2)));
    await server.until(({ connections, open }) => connections > open);
  });

  it('sends nothing of a call that was left while it waited', async () => {
    const { server, answer } = await onDemand();
    const transport = pooled({ dispatcher: agent(1) });
    const first = outcomeOf(transport(requestTo(server.url)));
    const second = transport(requestTo(server.url)).subscribe();
    const third = outcomeOf(transport(requestTo(server.url)));
    await server.until(({ requests }) => requests === 1);
    second.unsubscribe();
    answer();
    await server.until(({ requests }) => requests === 2);
    answer();
    await Promise.all([first, third]);
    expect([server.requests, server.connections]).toEqual([2, 1]);
  });

  it('keeps no headers of an open answer that it has passed on', () => {
    const controller = { rawHeaders: [Buffer.from('a'), Buffer.from('b')] };
    const dispatch: Dispatcher['dispatch'] = (_, handler) => {
      handler.onRequestStart?.(controller as never, {});
      handler.onResponseStart?.(controller as never, 200, { a: 'b' });
      return true;
    };
    const watched = watch(pooled({ dispatcher: { dispatch } })(requestTo('http://localhost')));
    expect(watched.values).toMatchObject([{ status: 200, headers: { a: 'b' } }]);
    expect(controller.rawHeaders).toBeNull();
  });

  it('may tell of no headers', () => {
    const dispatch: Dispatcher['dispatch'] = (_, handler) => {
      handler.onRequestStart?.({} as never, {});
      handler.onResponseStart?.({} as never, 200, undefined as never);
      return true;
    };
    const watched = watch(pooled({ dispatcher: { dispatch } })(requestTo('http://localhost')));
    expect(watched.values).toMatchObject([{ status: 200, headers: {} }]);
  });

  it('is asked to keep no deadline', () => {
    const dispatch = vi.fn(() => true);
    pooled({ dispatcher: { dispatch } })(requestTo('http://localhost')).subscribe().unsubscribe();
    expect(dispatch).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ headersTimeout: 0, bodyTimeout: 0 }),
      expect.anything(),
    );
  });

  it.each([
    ['no route', 'no route'],
    [`Bearer ${key} is wrong`, undefined],
  ])('may throw "%s"', async (message, shown) => {
    const dispatch = (): never => {
      throw new TypeError(message);
    };
    const transport = pooled({ dispatcher: { dispatch } });
    const { error } = await outcomeOf(transport(requestTo('http://localhost')));
    expect((error!.cause as Error | undefined)?.message).toBe(shown);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key);
  });
});
