import { afterEach, describe, expect, test } from 'vitest';
import {
  simulator,
  type Fault,
  type FaultPosition,
  type Faults,
  type SimulatedCall,
  type Simulator,
  type SimulatorOptions,
  type SimulatorProtocol,
} from '../../src/testing/simulator';
import { faultPlan } from '../../src/testing/simulator/faults';
import { chat, post, RawClient, read } from './simulator-client';

const servers: Simulator[] = [];
const start = async (options: SimulatorOptions): Promise<Simulator> => {
  const server = await simulator(options);
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const answer = {
  text: ['one', ' two', ' three'],
  toolCalls: [{ name: 'look', input: { place: 'Lisbon', when: 'today' } }, { name: 'wait' }],
};
const input = JSON.stringify(answer.toolCalls[0]?.input);
const protocols: readonly SimulatorProtocol[] = ['openai', 'anthropic'];
const toolFinish = { openai: 'tool_calls', anthropic: 'tool_use' };

interface Place {
  readonly at: FaultPosition;
  readonly opened: boolean;
  readonly text: string;
  /** How much of the first tool call's arguments came. */
  readonly input?: 'part' | 'all';
  readonly finished?: boolean;
}

const places: readonly Place[] = [
  { at: 'headers', opened: false, text: '' },
  { at: 'first-token', opened: true, text: '' },
  { at: 0, opened: true, text: '' },
  { at: 2, opened: true, text: 'one two' },
  { at: 'tool-arguments', opened: true, text: 'one two three', input: 'part' },
  { at: 999, opened: true, text: 'one two three', input: 'all' },
  { at: 'before-terminal', opened: true, text: 'one two three', input: 'all', finished: true },
];
const cells = protocols.flatMap((protocol) => places.map((place) => ({ protocol, ...place })));

describe.each(cells)('a stream of $protocol, at $at', ({ protocol, at, ...expected }) => {
  const run = async (fault: Fault) => {
    const server = await start({ answer, faults: [fault] });
    const response = await new RawClient(server, protocol, chat('hello')).whole();
    await server.idle();
    expect(server.ledger.calls[0]).toMatchObject({ outcome: 'failed', aborted: false, fault });
    return response;
  };
  const expectPrefix = (body: string): void => {
    const { opened, text, tools, finish, terminal } = read(protocol, body);
    expect({ opened, text }).toEqual({ opened: expected.opened, text: expected.text });
    expect(terminal).toBe(false);
    expect(finish).toBe(expected.finished ? toolFinish[protocol] : undefined);
    const got = tools[0]?.input;
    if (expected.input === 'part')
      expect(input.startsWith(String(got)) && got !== input).toBe(true);
    else expect(got).toBe(expected.input === 'all' ? input : undefined);
  };

  test('a reset is an RST', async () => {
    const { body, end, ended, head } = await run({ kind: 'reset', at });
    expect(head).toMatch(/^HTTP\/1.1 200 /);
    expectPrefix(body);
    expect({ end, ended }).toEqual({ end: 'RST', ended: false });
  });

  test('a close is a FIN within the body', async () => {
    const { body, end, ended } = await run({ kind: 'close', at });
    expectPrefix(body);
    expect({ end, ended }).toEqual({ end: 'FIN', ended: false });
  });

  test('a cut is a clean end without the terminal', async () => {
    const { body, ended } = await run({ kind: 'cut', at });
    expectPrefix(body);
    expect(ended).toBe(true);
    expect(read(protocol, body)).toMatchObject({ error: undefined, broken: 0 });
  });

  test("an error is the protocol's own frame, then a clean end", async () => {
    const { body, ended } = await run({ kind: 'error', at });
    expectPrefix(body);
    expect(ended).toBe(true);
    const type = protocol === 'openai' ? 'server_error' : 'overloaded_error';
    expect(read(protocol, body).error).toMatchObject({ type });
  });

  test('a malformed frame takes the place of one, and the rest follows', async () => {
    const { body, ended } = await run({ kind: 'malformed', at });
    expect(ended).toBe(true);
    const { broken, terminal, opened, text } = read(protocol, body);
    expect(broken).toBe(1);
    const lost = { 'first-token': 'one', 0: 'one', 2: ' three' }[String(at)] ?? '';
    expect({ opened, text }).toEqual({
      opened: at !== 'headers',
      text: 'one two three'.replace(lost, ''),
    });
    expect(terminal).toBe(at !== 'before-terminal');
  });

  test('a stall is silence until the client leaves', async () => {
    const { body } = await run({ kind: 'close', at });
    const fault: Fault = { kind: 'stall', at };
    const server = await start({ answer, faults: [fault] });
    const client = new RawClient(server, protocol, chat('hello'));
    await client.until((response) => response.head !== '' && response.body === body);
    expect(server.ledger.totals.open).toBe(1);
    client.leave();
    await server.idle();
    expect(server.ledger.calls[0]).toMatchObject({ outcome: 'aborted', aborted: true, fault });
    expect(client.response.body).toBe(body);
  });
});

describe.each(protocols)('before a byte of the answer of %s', (protocol) => {
  test.each([
    { kind: 'reset', end: 'RST' },
    { kind: 'close', end: 'FIN' },
  ] as const)('a $kind is a $end', async ({ kind, end }) => {
    const server = await start({ faults: [{ kind }] });
    const response = await new RawClient(server, protocol, chat('hello')).whole();
    expect(response).toEqual({ head: '', body: '', ended: false, end });
    await server.idle();
    expect(server.ledger.calls[0]).toMatchObject({
      phase: 'received',
      status: undefined,
      tokens: 0,
      outcome: 'failed',
      question: 'hello',
    });
  });

  test('a stall is silence until the client leaves', async () => {
    const server = await start({ faults: [{ kind: 'stall' }] });
    const client = new RawClient(server, protocol, chat('hello'));
    await server.until(({ ledger }) => ledger.calls[0]?.fault !== undefined);
    client.leave();
    await server.idle();
    expect(client.response.head).toBe('');
    expect(server.ledger.calls[0]).toMatchObject({ phase: 'received', aborted: true });
  });
});

describe('a status', () => {
  test.each([
    ['openai', 429, { type: 'requests', code: 'rate_limit_exceeded' }],
    ['openai', 500, { type: 'server_error', code: null }],
    ['openai', 418, { type: 'invalid_request_error' }],
    ['anthropic', 429, { type: 'rate_limit_error' }],
    ['anthropic', 529, { type: 'overloaded_error' }],
  ] as const)('of %s, %s, has the usual body', async (protocol, status, error) => {
    const server = await start({ faults: [{ kind: 'status', status }] });
    const response = await post(server, protocol, chat('hello'));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    const body = (await response.json()) as { error: unknown; request_id?: string };
    expect(body.error).toMatchObject(error);
    if (protocol === 'anthropic') {
      expect(body).toMatchObject({ type: 'error', request_id: response.headers.get('request-id') });
    } else {
      expect(response.headers.get('x-request-id')).toMatch(/^req_\w{24}$/);
    }
    await server.idle();
    expect(server.ledger.calls[0]).toMatchObject({ status, outcome: 'failed' });
  });

  test('has the headers and the body that were given', async () => {
    const body = { error: { code: 'insufficient_quota' } };
    const headers = { 'retry-after': '7', 'content-type': 'application/problem+json' };
    const server = await start({ faults: [{ kind: 'status', status: 429, headers, body }] });
    const response = await post(server, 'openai', chat('hello'));
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toEqual(body);
  });

  test('has each header once, however its name is written', async () => {
    const headers = { 'Content-Type': 'text/csv', 'X-Request-Id': 'mine' };
    const server = await start({ faults: [{ kind: 'status', status: 502, headers }] });
    const response = await post(server, 'openai', chat('hello'));
    expect(response.headers.get('content-type')).toBe('text/csv');
    expect(response.headers.get('x-request-id')).toBe('mine');
  });

  test.each([204, 304])('of %s has no body, and announces none', async (status) => {
    const server = await start({ faults: [{ kind: 'status', status }] });
    const { head, body } = await new RawClient(server, 'openai', chat('hello')).whole();
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
    expect(head).not.toMatch(/content-length|transfer-encoding/i);
    expect(body).toBe('');
  });

  test.each([
    ['<h1>Bad gateway</h1>', 'text/html'],
    ['upstream error', 'text/plain'],
  ])('sends the text %s as %s', async (body, type) => {
    const server = await start({ faults: [{ kind: 'status', status: 502, body }] });
    const response = await post(server, 'openai', chat('hello'));
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toBe(body);
  });
});

test.each(protocols)('an error frame of %s may be given', async (protocol) => {
  const body = { type: 'error', error: { type: 'custom', message: 'no' } };
  const server = await start({ answer, faults: [{ kind: 'error', at: 1, body }] });
  const response = await post(server, protocol, chat('hello'));
  expect(read(protocol, await response.text()).error).toEqual(body.error);
});

describe.each(protocols)('a JSON answer of %s', (protocol) => {
  const request = chat('hello', { stream: false });
  const run = async (fault: Fault) => {
    const server = await start({ answer, faults: [fault] });
    return new RawClient(server, protocol, request).whole();
  };
  const whole = async (): Promise<string> =>
    (await post(await start({ answer }), protocol, request)).text();

  test.each([
    { kind: 'reset', end: 'RST' },
    { kind: 'close', end: 'FIN' },
  ] as const)('breaks in its middle by a $kind', async ({ kind, end }) => {
    const response = await run({ kind, at: 3 });
    const full = await whole();
    expect(response.end).toBe(end);
    expect(response.head).toContain(`content-length: ${String(full.length)}`);
    expect(response.body).toBe(full.slice(0, Math.floor(full.length / 2)));
  });

  test('has no body after a cut at its headers', async () => {
    expect(await run({ kind: 'cut', at: 'headers' })).toMatchObject({ body: '', ended: true });
  });

  test.each(['cut', 'malformed'] as const)('is no JSON after %s, in a clean body', async (kind) => {
    const { body, ended } = await run({ kind });
    expect(ended).toBe(true);
    expect(body.length).toBeGreaterThan(10);
    expect(() => void JSON.parse(body)).toThrow(SyntaxError);
  });

  test('is an error with status 200', async () => {
    const { head, body } = await run({ kind: 'error', at: 2 });
    expect(head).toMatch(/^HTTP\/1.1 200 /);
    expect(JSON.parse(body)).toHaveProperty('error.message');
  });
});

describe('the choice', () => {
  const outcomes = async (
    faults: Faults,
    models: readonly string[],
    seed = 1,
  ): Promise<readonly number[]> => {
    const server = await start({ faults, seed });
    const statuses: number[] = [];
    for (const model of models) {
      const { status, body } = await post(server, 'openai', chat('hello', { model }));
      await body?.cancel();
      statuses.push(status);
    }
    return statuses;
  };

  test('is every call without a condition', async () => {
    expect(await outcomes([{ kind: 'status', status: 500 }], ['a', 'b'])).toEqual([500, 500]);
  });

  test('is by number, and the first rule wins', async () => {
    const faults: Faults = [
      { kind: 'status', status: 500, calls: [2] },
      { kind: 'status', status: 503, calls: [2, 3] },
    ];
    expect(await outcomes(faults, ['a', 'a', 'a', 'a'])).toEqual([200, 500, 503, 200]);
  });

  test('is by model, whose calls are counted apart', async () => {
    const faults: Faults = [{ kind: 'status', status: 500, model: 'b', calls: [2] }];
    expect(await outcomes(faults, ['a', 'b', 'a', 'b', 'b'])).toEqual([200, 200, 200, 500, 200]);
  });

  test('is by a function, which sees the attempts', async () => {
    const faults: Faults = ({ model, attempt, protocol, question }) =>
      model === 'a' && attempt === 1 && protocol === 'openai' && question === 'hello'
        ? { kind: 'status', status: 500 }
        : undefined;
    expect(await outcomes(faults, ['a', 'b', 'a'])).toEqual([500, 200, 200]);
  });

  test('is by chance, at about the given rate', () => {
    const choose = faultPlan([{ kind: 'cut', probability: 0.3 }], 1);
    const call: SimulatedCall = {
      id: 1,
      protocol: 'openai',
      model: 'm',
      question: '',
      stream: true,
      attempt: 1,
      body: {},
    };
    const chosen = Array.from({ length: 10_000 }, (_, index) =>
      choose(call, `key ${String(index)}`),
    );
    const share = chosen.filter((fault) => fault !== undefined).length / chosen.length;
    expect(share).toBeGreaterThan(0.28);
    expect(share).toBeLessThan(0.32);
  });

  test('goes wrong loudly when a function returns nonsense', async () => {
    const server = await start({ faults: () => ({ kind: 'oops' }) as unknown as Fault });
    const response = await post(server, 'openai', chat('hello'));
    expect(response.status).toBe(500);
    await response.text();
    await server.idle();
    expect(server.ledger.calls[0]?.error).toBeInstanceOf(TypeError);
  });

  test.each([
    [{ kind: 'status', status: 199 }, /status .* got 199/],
    [{ kind: 'status', status: 600 }, /status .* got 600/],
    [{ kind: 'cut', at: 'connect' }, /at must be .* got connect/],
    [{ kind: 'cut', at: -1 }, /at must be .* got -1/],
    [{ kind: 'reset', at: 'there' }, /at must be .* got there/],
    [{ kind: 'burn' }, /kind must be .* got burn/],
    [{ kind: 'cut', probability: 2 }, /probability must be .* got 2/],
    [{ kind: 'cut', calls: [0] }, /calls count from 1, got 0/],
  ])('refuses %j', async (rule, message) => {
    await expect(simulator({ faults: [rule as never] })).rejects.toThrow(message);
  });
});

test('the same seed and the same calls are the same run, in any order', async () => {
  const faults: Faults = [
    { kind: 'cut', at: 'random', probability: 0.3 },
    { kind: 'error', at: 'random', probability: 0.3 },
  ];
  const questions = Array.from({ length: 15 }, (_, index) => `question ${String(index)}`);
  const run = async (seed: number, order: readonly string[]) => {
    const server = await start({ faults, seed });
    const bodies = await Promise.all(
      order.map(async (question) => {
        const first = await (await post(server, 'openai', chat(question))).text();
        const second = await (await post(server, 'openai', chat(question))).text();
        expect(second).not.toBe(first);
        return [question, first + second] as const;
      }),
    );
    return new Map(bodies);
  };
  const first = await run(7, questions);
  expect(await run(7, [...questions].reverse())).toEqual(first);
  expect(await run(8, questions)).not.toEqual(first);
  const tokens = [...first.values()].map((body) => body.split('"content":"').length);
  expect(new Set(tokens).size).toBeGreaterThan(5);
});
