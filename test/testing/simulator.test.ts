import { afterEach, describe, expect, test } from 'vitest';
import {
  simulator,
  type Simulator,
  type SimulatorOptions,
  type SimulatorProtocol,
} from '../../src/testing/simulator';
import { chat, paths, post, RawClient, read, requestHeaders } from './simulator-client';

const servers: Simulator[] = [];
const start = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const server = await simulator(options);
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const protocols: readonly SimulatorProtocol[] = ['openai', 'anthropic'];

const stream = async (
  server: Simulator,
  protocol: SimulatorProtocol,
  body: string,
): Promise<ReturnType<typeof read>> =>
  read(protocol, await (await post(server, protocol, body)).text());

describe.each(protocols)('a stream of %s', (protocol) => {
  test('says the whole answer, in pieces', async () => {
    const text = 'Every good boy does fine.';
    const server = await start({
      answer: {
        reasoning: 'Let me think.',
        text,
        toolCalls: [
          { id: 'a', name: 'look', input: { place: 'Lisbon' } },
          { id: 'b', name: 'wait', input: {} },
        ],
        usage: { inputTokens: 7, outputTokens: 11 },
      },
    });
    const response = await post(
      server,
      protocol,
      chat('hello', { stream_options: { include_usage: true } }),
    );
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const body = await response.text();
    const reading = read(protocol, body);
    expect(reading).toMatchObject({
      opened: true,
      reasoning: 'Let me think.',
      text,
      finish: protocol === 'openai' ? 'tool_calls' : 'tool_use',
      terminal: true,
      error: undefined,
      broken: 0,
      usage:
        protocol === 'openai'
          ? { prompt_tokens: 7, completion_tokens: 11, total_tokens: 18 }
          : { input_tokens: 7, output_tokens: 11 },
    });
    expect(reading.tools.map(({ id, name }) => ({ id, name }))).toEqual([
      { id: 'a', name: 'look' },
      { id: 'b', name: 'wait' },
    ]);
    expect(reading.tools.map((tool) => JSON.parse(tool.input) as unknown)).toEqual([
      { place: 'Lisbon' },
      {},
    ]);
    await server.idle();
    expect(server.ledger.calls[0]).toMatchObject({
      protocol,
      model: 'm',
      question: 'hello',
      stream: true,
      phase: 'end',
      status: 200,
      outcome: 'completed',
    });
  });

  test('ends with its terminal, on a connection that stays', async () => {
    const server = await start({ answer: 'hi' });
    const client = new RawClient(server, protocol, chat('hello'));
    const { head, body, ended } = await client.whole();
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(ended).toBe(true);
    expect(body).toMatch(
      protocol === 'openai' ? /\n\ndata: \[DONE\]\n\n$/ : /event: message_stop\ndata: .*\n\n$/,
    );
  });

  test('counts its tokens, and cuts them at the limit of the request', async () => {
    const server = await start({ answer: 'one two three four five' });
    expect(await stream(server, protocol, chat('hello', { max_tokens: 3 }))).toMatchObject({
      text: 'one two three',
      finish: protocol === 'openai' ? 'length' : 'max_tokens',
    });
    expect(await stream(server, protocol, chat('hello', { max_tokens: 5 }))).toMatchObject({
      text: 'one two three four five',
      finish: protocol === 'openai' ? 'stop' : 'end_turn',
    });
    await server.idle();
    expect(server.ledger.calls.map(({ tokens }) => tokens)).toEqual([3, 5]);
  });

  test('has no tool call when the limit comes first', async () => {
    const server = await start({
      answer: { reasoning: 'a b', text: 'c d', toolCalls: [{ name: 'look' }] },
    });
    const reading = await stream(server, protocol, chat('hello', { max_tokens: 3 }));
    expect(reading).toMatchObject({ reasoning: 'a b', text: 'c', tools: [] });
    expect(reading.finish).toBe(protocol === 'openai' ? 'length' : 'max_tokens');
  });

  test('takes text that looks like a frame for text', async () => {
    const text =
      '"finish_reason":"stop" "type":"tool_use" "function":{"arguments":" event: message_delta\n\ndata: [DONE]\n\n';
    const server = await start({ answer: text, faults: [{ kind: 'cut', at: 'before-terminal' }] });
    const reading = await stream(server, protocol, chat('hello'));
    expect(reading).toMatchObject({ text, terminal: false });
    expect(reading.finish).toBeDefined();
  });

  test('makes up a few sentences when nothing is said', async () => {
    const server = await start();
    const first = (await stream(server, protocol, chat('hello'))).text;
    expect(first).toMatch(/^(?:[A-Z][a-z]+(?: [a-z]+){4,}\.(?: |$)){2,}$/);
    expect((await stream(server, protocol, chat('bye'))).text).not.toBe(first);
    expect((await stream(await start(), protocol, chat('hello'))).text).toBe(first);
    expect((await stream(await start({ seed: 2 }), protocol, chat('hello'))).text).not.toBe(first);
  });

  test('of many megabytes comes whole', async () => {
    const text = Array.from({ length: 2000 }, (_, index) => `${String(index)}${'x'.repeat(1000)} `);
    const server = await start({ answer: { text } });
    const reading = await stream(server, protocol, chat('hello', { max_tokens: 1e6 }));
    expect(reading.text === text.join('')).toBe(true);
    expect(reading.terminal).toBe(true);
  });
});

describe('a JSON answer', () => {
  const answer = {
    text: 'Hello you',
    reasoning: 'Hm',
    toolCalls: [{ id: 'a', name: 'look', input: { place: 'Lisbon' } }],
  };

  test('of openai', async () => {
    const server = await start({ answer });
    const response = await post(server, 'openai', chat('one two', { stream: false }));
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-\w{29}$/) as unknown,
      object: 'chat.completion',
      model: 'm',
      choices: [
        {
          message: {
            role: 'assistant',
            content: 'Hello you',
            reasoning_content: 'Hm',
            tool_calls: [{ id: 'a', function: { name: 'look', arguments: '{"place":"Lisbon"}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: expect.any(Number) as unknown },
    });
    await server.idle();
    expect(server.ledger.calls[0]).toMatchObject({ stream: false, outcome: 'completed' });
    expect(server.ledger.calls[0]?.tokens).toBeGreaterThan(3);
  });

  test('of anthropic', async () => {
    const server = await start({ answer });
    const response = await post(server, 'anthropic', chat('one two', { stream: false }));
    expect(await response.json()).toMatchObject({
      id: expect.stringMatching(/^msg_\w{24}$/) as unknown,
      type: 'message',
      content: [
        { type: 'thinking', thinking: 'Hm' },
        { type: 'text', text: 'Hello you' },
        { type: 'tool_use', id: 'a', name: 'look', input: { place: 'Lisbon' } },
      ],
      stop_reason: 'tool_use',
    });
  });
});

describe('the answer', () => {
  test('comes from a function of the question and the call', async () => {
    const server = await start({
      answer: (question, { model, attempt, body }) =>
        `${question} ${model} ${String(attempt)} ${String(body['temperature'])}`,
    });
    const ask = (question: string): Promise<string> =>
      stream(server, 'openai', chat(question, { temperature: 0 })).then(({ text }) => text);
    expect(await ask('what?')).toBe('what? m 1 0');
    expect(await ask('what?')).toBe('what? m 2 0');
    expect(await ask('who?')).toBe('who? m 1 0');
  });

  test('sees the last user message, also in parts', async () => {
    const server = await start({ answer: (question) => question });
    const messages = [
      { role: 'user', content: 'first' },
      { role: 'assistant', content: 'ok' },
      {
        role: 'user',
        content: [{ type: 'text', text: 'a ' }, { type: 'image_url' }, { type: 'text', text: 'b' }],
      },
      { role: 'assistant', content: 'and' },
    ];
    expect((await stream(server, 'openai', chat('', { messages }))).text).toBe('a b');
  });

  test('may be promised, and carry headers and a finish reason', async () => {
    const server = await start({
      answer: () =>
        Promise.resolve({
          text: 'no',
          finishReason: 'content_filter',
          headers: { 'retry-after': '5' },
          id: 'chatcmpl-x',
        }),
    });
    const response = await post(server, 'openai', chat('hello'));
    expect(response.headers.get('retry-after')).toBe('5');
    const body = await response.text();
    expect(read('openai', body).finish).toBe('content_filter');
    expect(body).toContain('"id":"chatcmpl-x"');
  });

  test('has each header once, however its name is written', async () => {
    const headers = { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' };
    const server = await start({ answer: { text: 'hi', headers } });
    for (const body of [chat('hello'), chat('hello', { stream: false })]) {
      const response = await post(server, 'openai', body);
      expect(response.headers.get('content-type')).toBe('text/plain');
      expect(response.headers.get('cache-control')).toBe('no-store');
      await response.text();
    }
  });

  test('that throws is a 500, and the ledger knows why', async () => {
    const reason = new Error('oops');
    const server = await start({
      answer: () => {
        throw reason;
      },
    });
    const response = await post(server, 'anthropic', chat('hello'));
    expect(response.status).toBe(500);
    await response.text();
    await server.idle();
    expect(server.ledger.calls[0]).toMatchObject({ error: reason, outcome: 'failed' });
  });

  test('with a pace that no timer can keep is a 500', async () => {
    const server = await start({ answer: { text: 'hi', pace: { firstToken: Infinity } } });
    const response = await post(server, 'openai', chat('hello'));
    expect(response.status).toBe(500);
    await response.text();
    await server.idle();
    expect(server.ledger.calls[0]?.error).toBeInstanceOf(RangeError);
  });

  test('has its usage only where the request asks for it', async () => {
    const server = await start({ answer: 'a b c' });
    expect((await stream(server, 'openai', chat('one two'))).usage).toBeUndefined();
    const asked = chat('one two', { stream_options: { include_usage: true } });
    expect((await stream(server, 'openai', asked)).usage).toMatchObject({ completion_tokens: 3 });
    expect((await stream(server, 'anthropic', chat('one two'))).usage).toMatchObject({
      output_tokens: 3,
    });
  });
});

describe('a refusal', () => {
  const call = async (
    server: Simulator,
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; error: Record<string, unknown> }> => {
    const response = await fetch(server.url + path, { method: 'POST', body: chat('hi'), ...init });
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    return { status: response.status, error };
  };

  test('of an unknown path is in the manner of whom the headers mean', async () => {
    const server = await start();
    expect(await call(server, '/v1/nothing')).toMatchObject({
      status: 404,
      error: { type: 'invalid_request_error', code: 'unknown_url' },
    });
    expect(await call(server, '/v1/nothing', { headers: { 'x-api-key': 'k' } })).toMatchObject({
      status: 404,
      error: { type: 'not_found_error' },
    });
    await server.idle();
    expect(server.ledger.calls).toMatchObject([
      { id: 1, protocol: 'openai', status: 404, outcome: 'failed' },
      { id: 2, protocol: 'anthropic', status: 404, outcome: 'failed' },
    ]);
  });

  test('of a wrong method', async () => {
    const server = await start();
    const get = { method: 'GET', body: null };
    expect(await call(server, paths.openai, get)).toMatchObject({ status: 405 });
    expect(await call(server, paths.anthropic, get)).toMatchObject({ status: 405 });
  });

  test.each([
    ['openai', { authorization: 'Bearer k-right' }, 200],
    ['openai', { 'api-key': 'k-right' }, 200],
    ['openai', { authorization: 'Bearer k-wrong' }, 401],
    ['openai', {}, 401],
    ['anthropic', { 'x-api-key': 'k-right' }, 200],
    ['anthropic', { 'x-api-key': 'k-wrong' }, 401],
    ['anthropic', {}, 401],
  ] as const)('of %s with the key %j', async (protocol, headers, status) => {
    const server = await start({ apiKey: 'k-right' });
    const response = await post(server, protocol, chat('hi'), { headers });
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(text).not.toMatch(/k-right|k-wrong/);
  });

  test.each([
    ['openai', 'not JSON', /JSON/],
    ['openai', '[]', /JSON/],
    ['openai', chat('hi', { model: '' }), /'model'/],
    ['openai', chat('hi', { messages: [] }), /'messages'/],
    ['anthropic', chat('hi', { max_tokens: undefined }), /max_tokens: Field required/],
  ] as const)('of a bad request to %s: %s', async (protocol, body, message) => {
    const server = await start();
    const response = await post(server, protocol, body);
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(message);
  });

  test('of a missing anthropic-version', async () => {
    const server = await start();
    expect(await call(server, paths.anthropic)).toMatchObject({
      status: 400,
      error: {
        type: 'invalid_request_error',
        message: expect.stringContaining('version') as unknown,
      },
    });
  });

  test.each(protocols)('of a body that is too large for %s', async (protocol) => {
    const server = await start({ maxBodyBytes: 1000 });
    const large = await post(server, protocol, chat('x'.repeat(1_000_000)));
    expect(large.status).toBe(413);
    await large.text();
    const body = chat('');
    const fits = chat('y'.repeat(1000 - body.length));
    expect((await stream(server, protocol, fits)).terminal).toBe(true);
    const over = await post(server, protocol, chat('y'.repeat(1001 - body.length)));
    expect(over.status).toBe(413);
    await over.text();
  });
});

test('any path before the usual one is accepted, and a query', async () => {
  const server = await start({ answer: 'hi' });
  const path = '/openai/deployments/x/chat/completions?api-version=1';
  const response = await fetch(server.url + path, { method: 'POST', body: chat('hello') });
  expect(read('openai', await response.text()).text).toBe('hi');
  expect(`${server.openai}/chat/completions`).toBe(server.url + paths.openai);
  expect(`${server.anthropic}/v1/messages`).toBe(server.url + paths.anthropic);
  expect(requestHeaders['content-type']).toBe('application/json');
});

test.each([
  [{ pace: { firstToken: -1 } }, /pace.firstToken .* got -1/],
  [{ pace: { perToken: 2 ** 31 } }, /pace.perToken .* got 2147483648/],
  [{ pace: { jitter: 1.5 } }, /pace.jitter .* got 1.5/],
  [{ history: 1.5 }, /history .* got 1.5/],
  [{ maxBodyBytes: NaN }, /maxBodyBytes .* got NaN/],
  [{ seed: NaN }, /seed .* got NaN/],
])('refuses %j', async (options, message) => {
  await expect(simulator(options)).rejects.toThrow(message);
});

test('listens on the given port, and says so when it is taken', async () => {
  const server = await start();
  const port = Number(new URL(server.url).port);
  await expect(simulator({ port })).rejects.toThrow(/EADDRINUSE/);
});
