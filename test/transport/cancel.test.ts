import { from, lastValueFrom, mergeMap, take, takeUntil, timer } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fetchTransport } from '../../src/transport/fetch';
import type { Transport } from '../../src/transport/transport';
import { outcomeOf, pooled, requestTo, transports } from './calls';
import { httpServer, rawServer } from './servers';

const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

describe.each(transports)('%s aborts', (_, create) => {
  it('before anything was sent', async () => {
    const server = await httpServer((request, response) => response.end());
    const call = create()(requestTo(server.url)).subscribe();
    call.unsubscribe();
    await outcomeOf(create()(requestTo(server.url)));
    expect(server.requests).toBe(1);
  });

  it('while it waits for the head', async () => {
    const server = await rawServer(() => undefined);
    const call = create()(requestTo(server.url)).subscribe();
    await server.until(({ requests }) => requests === 1);
    call.unsubscribe();
    await server.until(({ connections, open }) => connections > open);
  });

  it('at the head', async () => {
    const server = await rawServer((socket) => socket.write(chunked));
    await lastValueFrom(create()(requestTo(server.url)).pipe(take(1)));
    await server.until(({ connections, open }) => connections > open);
  });

  it.each(['chunked', 'open'])('in the middle of a body that is %s', async (kind) => {
    const body = kind === 'chunked' ? `${chunked}3\r\nabc\r\n` : 'HTTP/1.1 200 OK\r\n\r\nabc';
    const server = await rawServer((socket) => socket.write(body));
    await lastValueFrom(create()(requestTo(server.url)).pipe(take(2)));
    await server.until(({ connections, open }) => connections > open);
  });

  it('nothing after a normal end', async () => {
    const server = await httpServer((request, response) => response.end('abc'));
    const transport = create();
    const { text, error } = await outcomeOf(transport(requestTo(server.url)));
    expect([text, error]).toEqual(['abc', undefined]);
    expect(server.open).toBe(1);
  });

  it('a call whose answer was read to its end, when the body goes on', async () => {
    const server = await rawServer((socket) => socket.write(`${chunked}3\r\nabc\r\n`));
    const call = create()(requestTo(server.url, { finished: () => true }));
    await lastValueFrom(call.pipe(take(2)));
    await server.until(({ connections, open }) => connections > open);
  });

  it('a call whose answer was read to its end, when much more comes', async () => {
    // With the clock stopped, only the bytes can end it.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let sent = 0;
    const server = await httpServer((request, response) => {
      response.write('abc');
      const more = (): void => {
        const piece = 'x'.repeat(10_000);
        while (!response.destroyed && response.write(piece)) sent += piece.length;
        response.once('drain', more);
      };
      more();
    });
    const call = create()(requestTo(server.url, { finished: () => true }));
    await lastValueFrom(call.pipe(take(2)));
    await server.until(({ connections, open }) => connections > open);
    expect(sent).toBeGreaterThan(0);
  });
});

describe('httpTransport keeps the connection of an answer that was read to its end', () => {
  const finished = (): boolean => true;

  it('when the end of the body comes in the same piece', async () => {
    const server = await rawServer((socket) => socket.write(`${chunked}3\r\nabc\r\n0\r\n\r\n`));
    const transport = pooled({ connections: 1 });
    for (let call = 0; call < 5; call += 1) {
      await lastValueFrom(transport(requestTo(server.url, { finished })).pipe(take(2)));
    }
    expect([server.requests, server.connections]).toEqual([5, 1]);
  });

  it('when the end of the body comes a little later', async () => {
    const server = await rawServer((socket) => {
      socket.write(`${chunked}3\r\nabc\r\n`);
      setTimeout(() => socket.write('2\r\n\n\n\r\n0\r\n\r\n'), 5);
    });
    const transport = pooled({ connections: 1 });
    for (let call = 0; call < 5; call += 1) {
      await lastValueFrom(transport(requestTo(server.url, { finished })).pipe(take(2)));
    }
    expect([server.requests, server.connections]).toEqual([5, 1]);
  });

  it('and gives back the timer that waits for the end of the body', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = await rawServer((socket) => {
      socket.setNoDelay();
      socket.write(`${chunked}3\r\nabc\r\n`);
      setImmediate(() => socket.write('0\r\n\r\n'));
    });
    const transport = pooled({ connections: 1 });
    for (let call = 0; call < 10; call += 1) {
      await lastValueFrom(transport(requestTo(server.url, { finished })).pipe(take(2)));
      await outcomeOf(transport(requestTo(server.url, { finished })));
    }
    // What remains is undici's: one timer for the idle connection and its slow clock.
    expect(vi.getTimerCount()).toBeLessThan(5);
  });

  it('but not of one that was not', async () => {
    const server = await rawServer((socket) => socket.write(`${chunked}3\r\nabc\r\n0\r\n\r\n`));
    const transport = pooled({ connections: 1 });
    for (let call = 0; call < 5; call += 1) {
      await lastValueFrom(transport(requestTo(server.url)).pipe(take(2)));
    }
    expect([server.requests, server.connections]).toEqual([5, 5]);
  });

  it('and leaves no timer behind', async () => {
    const server = await rawServer((socket) => socket.write(`${chunked}3\r\nabc\r\n`));
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const call = pooled()(requestTo(server.url, { finished }));
    await lastValueFrom(call.pipe(take(2)));
    await Promise.resolve();
    expect(timers()).toBe(before);
  });
});

describe('httpTransport', () => {
  it('gives up a connection in the making', async () => {
    // TLS never comes to an end with a server that says nothing.
    const server = await rawServer(() => undefined);
    const call = pooled()(requestTo(server.url.replace('http', 'https'))).subscribe();
    await server.until(({ open }) => open === 1);
    call.unsubscribe();
    await server.until(({ open }) => open === 0);
    expect(server.connections).toBe(1);
  });

  it('takes a waiting call out of the queue', async () => {
    let answer = (): void => undefined;
    const server = await httpServer((request, response) => {
      answer = () => void response.end('abc');
    });
    const transport = pooled({ connections: 1 });
    const first = outcomeOf(transport(requestTo(server.url)));
    await server.until(({ requests }) => requests === 1);
    const second = transport(requestTo(server.url)).subscribe();
    const third = outcomeOf(transport(requestTo(server.url)));
    second.unsubscribe();
    answer();
    expect((await first).text).toBe('abc');
    await server.until(({ requests }) => requests === 2);
    answer();
    expect((await third).text).toBe('abc');
    expect([server.requests, server.connections]).toEqual([2, 1]);
  });

  it('serves the waiting calls when the running one is aborted', async () => {
    let requests = 0;
    const server = await httpServer((request, response) => {
      requests += 1;
      if (requests > 1) response.end('abc');
    });
    const transport = pooled({ connections: 1 });
    const first = transport(requestTo(server.url)).subscribe();
    await server.until((counts) => counts.requests === 1);
    const second = outcomeOf(transport(requestTo(server.url)));
    first.unsubscribe();
    expect((await second).text).toBe('abc');
  });

  it('serves the waiting calls when a connection in the making is given up', async () => {
    const silent = await rawServer(() => undefined);
    const transport = pooled({ connections: 1 });
    const url = silent.url.replace('http', 'https');
    const first = transport(requestTo(url)).subscribe();
    await silent.until(({ connections }) => connections === 1);
    const second = transport(requestTo(url)).subscribe();
    first.unsubscribe();
    await silent.until(({ connections, open }) => connections === 2 && open === 1);
    second.unsubscribe();
    await silent.until(({ open }) => open === 0);
  });

  it('leaves nothing open after a storm of calls that are aborted anywhere', async () => {
    const server = await httpServer((request, response) => {
      response.writeHead(200);
      let written = 0;
      const interval = setInterval(() => {
        response.write('abc');
        written += 1;
        if (written === 5) response.end();
      }, 2);
      response.once('close', () => clearInterval(interval));
    });
    const transport = pooled();
    // Delays from a fixed recipe, so that calls are left at every stage.
    const delays = Array.from({ length: 400 }, (_, at) => (at * 37) % 23);
    const calls = from(delays).pipe(
      mergeMap((delay, at) => {
        const call = transport(requestTo(server.url, { finished: () => at % 3 === 0 }));
        return call.pipe(takeUntil(timer(delay)));
      }, 50),
    );
    await lastValueFrom(calls, { defaultValue: undefined });
    await transport.close();
    await server.until(({ open }) => open === 0);
    expect(server.connections).toBeGreaterThan(50);
  });

  it('closes what is aborted without being closed itself', async () => {
    const server = await httpServer((request, response) => void response.write('abc'));
    const transport = pooled();
    const calls = Array.from({ length: 100 }, () => transport(requestTo(server.url)).subscribe());
    await server.until(({ requests }) => requests === 100);
    for (const call of calls) call.unsubscribe();
    await server.until(({ open }) => open === 0);
    expect(server.connections).toBe(100);
  });
});

describe('fetchTransport lets go of the body of a fetch that knows no signal', () => {
  const endless = (): { readonly transport: Transport; readonly cancelled: Promise<void> } => {
    let fetch: typeof globalThis.fetch | undefined;
    const cancelled = new Promise<void>((resolve) => {
      const start = (controller: ReadableStreamDefaultController): void =>
        controller.enqueue(new Uint8Array(1));
      fetch = () =>
        Promise.resolve(new Response(new ReadableStream({ start, cancel: () => resolve() })));
    });
    return { transport: fetchTransport({ fetch }), cancelled };
  };

  it('before its head', async () => {
    const { transport, cancelled } = endless();
    transport(requestTo('http://localhost')).subscribe().unsubscribe();
    await cancelled;
  });

  it('in its body', async () => {
    const { transport, cancelled } = endless();
    await lastValueFrom(transport(requestTo('http://localhost')).pipe(take(2)));
    await cancelled;
  });
});
