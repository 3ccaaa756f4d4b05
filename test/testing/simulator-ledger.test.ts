import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { simulator, type Simulator, type SimulatorOptions } from '../../src/testing/simulator';
import { attemptCounter } from '../../src/testing/simulator/attempt-counter';
import { delayBefore } from '../../src/testing/simulator/pace';
import { createRandom } from '../../src/testing/simulator/random';
import { chat, paths, post, RawClient, read } from './simulator-client';

let server: Simulator;
const start = async (options: SimulatorOptions = {}): Promise<Simulator> =>
  (server = await simulator(options));
afterEach(() => server.close());

/** An answer that waits to be let go. */
const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, answer: () => opened.then(() => 'one two three') };
};
const never = 2 ** 29;

describe('the ledger', () => {
  test('counts calls, those that are open, and the peak', async () => {
    const { open, answer } = gate();
    await start({ answer });
    const calls = Array.from({ length: 5 }, () => post(server, 'openai', chat('hello')));
    await server.until(({ ledger }) => ledger.totals.open === 5);
    expect(server.ledger.calls.map(({ id, endedAt }) => ({ id, endedAt }))).toEqual(
      [1, 2, 3, 4, 5].map((id) => ({ id, endedAt: undefined })),
    );
    open();
    await Promise.all((await Promise.all(calls)).map((response) => response.text()));
    await (await post(server, 'openai', chat('again'))).text();
    await server.idle();
    expect(server.ledger.totals).toEqual({
      calls: 6,
      open: 0,
      peak: 5,
      completed: 6,
      failed: 0,
      aborted: 0,
    });
    const [first] = server.ledger.calls;
    expect(first?.endedAt).toBeGreaterThanOrEqual(Number(first?.startedAt));
  });

  test('tells each step of a call', async () => {
    await start({ answer: 'one two' });
    const steps = lastValueFrom(server.ledger.changes$.pipe(toArray()));
    await (await post(server, 'openai', chat('hello'))).text();
    await server.idle();
    await server.close();
    expect((await steps).map(({ phase, tokens, outcome }) => [phase, tokens, outcome])).toEqual([
      ['received', 0, undefined],
      ['received', 0, undefined],
      ['headers', 0, undefined],
      ['tokens', 1, undefined],
      ['tokens', 2, undefined],
      ['finish', 2, undefined],
      ['end', 2, undefined],
      ['end', 2, 'completed'],
    ]);
  });

  test('keeps the last calls only, but counts all', async () => {
    await start({ history: 3 });
    for (let call = 0; call < 8; call += 1) await (await post(server, 'openai', chat('x'))).text();
    await server.idle();
    expect(server.ledger.calls.map(({ id }) => id)).toEqual([6, 7, 8]);
    expect(server.ledger.totals).toMatchObject({ calls: 8, completed: 8 });
  });

  test('keeps the beginning of a long question', async () => {
    await start();
    await (await post(server, 'openai', chat('x'.repeat(20_000)))).text();
    expect(server.ledger.calls[0]?.question).toHaveLength(10_000);
  });
});

describe('a client that leaves is noticed', () => {
  const expectAborted = async (phase: string, tokens: number): Promise<void> => {
    await server.idle();
    expect(server.ledger.totals).toMatchObject({ calls: 1, open: 0, aborted: 1, completed: 0 });
    expect(server.ledger.calls[0]).toMatchObject({ phase, tokens, aborted: true });
    expect(server.ledger.calls[0]?.error).toBeUndefined();
  };

  test('within its request', async () => {
    await start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(`POST ${paths.openai} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"model`);
    await server.until(({ ledger }) => ledger.totals.open === 1);
    socket.destroy();
    await expectAborted('received', 0);
  });

  test('before the answer is known', async () => {
    const { open, answer } = gate();
    await start({ answer });
    const client = new RawClient(server, 'openai', chat('hello'));
    await server.until(({ ledger }) => ledger.calls[0]?.question === 'hello');
    client.leave();
    await expectAborted('received', 0);
    open();
    await (await post(server, 'openai', chat('next'))).text();
    expect(server.ledger.calls[0]).toMatchObject({ phase: 'received', status: undefined });
  });

  test('before the first token', async () => {
    await start({ answer: 'one two', pace: { firstToken: never } });
    const client = new RawClient(server, 'openai', chat('hello'));
    await client.until(({ body }) => read('openai', body).opened);
    client.leave();
    await expectAborted('headers', 0);
    expect(read('openai', client.response.body).text).toBe('');
  });

  test('between two tokens', async () => {
    await start({ answer: 'one two', pace: { perToken: never } });
    const client = new RawClient(server, 'anthropic', chat('hello'));
    await client.until(({ body }) => read('anthropic', body).text === 'one');
    client.leave();
    await expectAborted('tokens', 1);
  });

  test('while a JSON answer is made', async () => {
    await start({ answer: 'one two', pace: { perToken: never } });
    const client = new RawClient(server, 'openai', chat('hello', { stream: false }));
    await server.until(({ ledger }) => ledger.calls[0]?.question === 'hello');
    client.leave();
    await expectAborted('received', 0);
    expect(client.response.head).toBe('');
  });

  test('by the calls that wait for their turn on its connection', async () => {
    await start({ answer: 'one two', pace: { firstToken: never } });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const body = chat('hello');
    const call = `POST ${paths.openai} HTTP/1.1\r\nhost: x\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`;
    socket.write(call.repeat(3));
    await server.until(({ ledger }) => ledger.calls[2]?.question === 'hello');
    socket.destroy();
    await server.idle();
    expect(server.ledger.totals).toMatchObject({ calls: 3, open: 0, aborted: 3 });
    await server.close();
    expect(server.openSockets).toBe(0);
  });

  test('while it does not read', async () => {
    await start({ answer: { text: Array.from({ length: 5000 }, () => 'x'.repeat(10_000)) } });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const body = chat('hello');
    socket.write(
      `POST ${paths.openai} HTTP/1.1\r\nhost: x\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`,
    );
    await server.until(({ ledger }) => ledger.calls[0]?.phase === 'tokens');
    socket.destroy();
    await server.idle();
    expect(server.ledger.totals).toMatchObject({ aborted: 1 });
    expect(server.ledger.calls[0]?.tokens).toBeLessThan(1000);
  });
});

describe('the pace', () => {
  test.each([
    [{}, [0, 0, 0]],
    [{ firstToken: 200 }, [200, 0, 0]],
    [{ perToken: 20 }, [0, 20, 20]],
    [{ firstToken: 200, perToken: 20 }, [200, 20, 20]],
  ])('%j waits %j', (pace, expected) => {
    const random = createRandom('x');
    expect([0, 1, 2].map((token) => delayBefore(token, pace, random))).toEqual(expected);
  });

  test('varies within its jitter, the same for the same seed', () => {
    const delays = (seed: string, jitter: number): readonly number[] => {
      const random = createRandom(seed);
      return Array.from({ length: 500 }, () => delayBefore(1, { perToken: 100, jitter }, random));
    };
    const some = delays('a', 0.5);
    expect(Math.min(...some)).toBeGreaterThanOrEqual(50);
    expect(Math.min(...some)).toBeLessThan(55);
    expect(Math.max(...some)).toBeLessThanOrEqual(150);
    expect(Math.max(...some)).toBeGreaterThan(145);
    expect(delays('a', 0.5)).toEqual(some);
    expect(delays('b', 0.5)).not.toEqual(some);
  });

  test('of an answer goes before the simulator’s', async () => {
    await start({
      pace: { firstToken: never, perToken: never },
      answer: () => ({ text: 'one two', pace: { firstToken: 0 } }),
    });
    const client = new RawClient(server, 'openai', chat('hello'));
    await client.until(({ body }) => read('openai', body).text === 'one');
    expect(server.ledger.calls[0]).toMatchObject({ phase: 'tokens', tokens: 1 });
  });

  test('is kept to the end', async () => {
    await start({ answer: 'one two three', pace: { firstToken: 3, perToken: 2, jitter: 0.5 } });
    const { ended, body } = await new RawClient(server, 'openai', chat('hello')).whole();
    expect(ended).toBe(true);
    expect(read('openai', body)).toMatchObject({ text: 'one two three', terminal: true });
  });
});

test('attempts are counted for the last requests', () => {
  const count = attemptCounter(2);
  expect([7, 8, 7, 7, 8].map(count)).toEqual([1, 1, 2, 3, 2]);
  expect([9, 8, 7].map(count)).toEqual([1, 3, 1]);
});

describe('waiting', () => {
  test('is over at once when the condition holds', async () => {
    await start();
    await server.idle();
    await server.until(() => true);
  });

  test('sees the connections come and go', async () => {
    await start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await server.until(({ openSockets }) => openSockets === 1);
    socket.destroy();
    await server.until(({ openSockets }) => openSockets === 0);
  });

  test('fails when the condition throws', async () => {
    await start();
    const reason = new Error('oops');
    await expect(
      server.until(() => {
        throw reason;
      }),
    ).rejects.toBe(reason);
  });

  test('fails when the server closes first, or has closed', async () => {
    await start();
    const waiting = expect(server.until(() => false)).rejects.toThrow(/closed before/);
    await server.close();
    await waiting;
    await expect(server.until(() => false)).rejects.toThrow(/closed before/);
    await server.idle();
  });
});

describe('closing', () => {
  test('breaks off what is open and leaves nothing', async () => {
    await start({ answer: 'one two', pace: { perToken: never } });
    const clients = [1, 2, 3].map(() => new RawClient(server, 'openai', chat('hello')));
    await server.until(
      ({ ledger }) => ledger.calls.filter(({ tokens }) => tokens === 1).length === 3,
    );
    const changes = firstValueFrom(server.ledger.changes$.pipe(toArray()));
    await Promise.all([server.close(), server.close()]);
    expect(server.openSockets).toBe(0);
    expect(server.ledger.totals).toMatchObject({ open: 0, failed: 3, aborted: 0 });
    expect(await changes).toHaveLength(3);
    for (const client of clients) expect((await client.whole()).ended).toBe(false);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  test('leaves no timer behind', async () => {
    await start({ answer: 'one two', pace: { firstToken: never } });
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const clients = Array.from({ length: 60 }, () => new RawClient(server, 'openai', chat('x')));
    await Promise.all(clients.map((client) => client.until(({ body }) => body !== '')));
    // A few timers of the test runner come and go.
    expect(timers()).toBeGreaterThan(before + 50);
    for (const client of clients.slice(0, 40)) client.leave();
    await server.until(({ ledger }) => ledger.totals.aborted === 40);
    expect(timers()).toBeLessThan(before + 30);
    await server.close();
    expect(timers()).toBeLessThan(before + 10);
  });
});

test('hundreds of calls, refused ones too, go over a few connections', async () => {
  await start({ answer: 'hi', history: 10, faults: [{ kind: 'status', status: 500, calls: [7] }] });
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const call = async (path: string): Promise<number | undefined> => {
    const sent = request(server.url + path, { method: 'POST', agent }).end(chat('hello'));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    // When a connection has been idle long enough is left to the client.
    expect(response.headers).not.toHaveProperty('keep-alive');
    const { localPort } = response.socket;
    await once(response.resume(), 'end');
    return localPort;
  };
  const ports = await Promise.all(
    Array.from({ length: 300 }, (_, index) => call(index % 10 === 0 ? '/x' : paths.openai)),
  );
  await server.idle();
  expect(new Set(ports).size).toBe(4);
  expect(server.ledger.totals).toMatchObject({ calls: 300, completed: 269, failed: 31, open: 0 });
  expect(server.ledger.calls).toHaveLength(10);
  agent.destroy();
  await server.until(({ openSockets }) => openSockets === 0);
});
