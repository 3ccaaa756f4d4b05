import { inspect } from 'node:util';
import { NEVER } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openai } from '../../../src/provider/openai';
import { openaiResponses } from '../../../src/provider/openai-responses';
import { prompt } from '../../../src/request/messages';
import { watch } from '../../support/watch';
import { refusal, send } from '../laws';
import { bytesOf, KEY, QUESTION, run, transportOf } from '../replay';

beforeEach(() => {
  vi.stubEnv('OPENAI_API_KEY', undefined);
  vi.stubEnv('OPENAI_BASE_URL', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const question = prompt(QUESTION);

describe.each([
  ['openai', openai, 'chat/completions'],
  ['openaiResponses', openaiResponses, 'responses'],
] as const)('%s', (_, factory, path) => {
  it('asks OpenAI, with the key as a bearer', () => {
    const { url, headers } = send(factory, question, { model: 'm', apiKey: KEY });
    expect(url.href).toBe(`https://api.openai.com/v1/${path}`);
    expect(headers).toEqual({ 'content-type': 'application/json', authorization: `Bearer ${KEY}` });
  });

  it('reads key and base URL from the environment, at each call', () => {
    const handler = vi.fn();
    const transport = transportOf({ pieces: [] });
    const ask = factory({
      model: 'm',
      transport: (asked) => {
        handler(asked.url, asked.headers['authorization']);
        return transport(asked);
      },
    });
    vi.stubEnv('OPENAI_API_KEY', 'key-one');
    vi.stubEnv('OPENAI_BASE_URL', 'https://one.example/v1/');
    run(ask);
    vi.stubEnv('OPENAI_API_KEY', 'key-two');
    vi.stubEnv('OPENAI_BASE_URL', 'https://two.example/v1?tier=2');
    run(ask);
    expect(handler.mock.calls).toEqual([
      [`https://one.example/v1/${path}`, 'Bearer key-one'],
      [`https://two.example/v1/${path}?tier=2`, 'Bearer key-two'],
    ]);
  });

  it('gives a transport headers that nobody can change for the next call', () => {
    const transport = vi.fn(() => NEVER);
    watch(factory({ model: 'm', apiKey: KEY, transport })(question)).subscription.unsubscribe();
    expect(transport).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ headers: expect.toSatisfy(Object.isFrozen) as unknown }),
    );
  });

  it('does not go on with a key that the environment has no more', () => {
    vi.stubEnv('OPENAI_API_KEY', 'key-one');
    const ask = factory({ model: 'm', transport: () => NEVER });
    watch(ask(question)).subscription.unsubscribe();
    vi.stubEnv('OPENAI_API_KEY', undefined);
    expect(watch(ask(question)).end).toMatchObject({ error: { kind: 'unauthorized' } });
  });

  it('prefers its options to the environment', () => {
    vi.stubEnv('OPENAI_API_KEY', 'of the environment');
    vi.stubEnv('OPENAI_BASE_URL', 'https://environment.example');
    const baseURL = 'https://option.example/v1';
    const { url, headers } = send(factory, question, { model: 'm', apiKey: KEY, baseURL });
    expect(url.host).toBe('option.example');
    expect(headers['authorization']).toBe(`Bearer ${KEY}`);
  });

  it('asks nobody when OpenAI is to be asked without a key', () => {
    for (const apiKey of [undefined, '']) {
      const error = refusal(factory, question, { model: 'm', apiKey });
      expect(error).toMatchObject({ kind: 'unauthorized', provider: 'openai', retryable: false });
      expect(error.message).toContain('apiKey');
      expect(error.message).toContain('OPENAI_API_KEY');
    }
  });

  it('needs no key for another server', () => {
    const baseURL = 'http://localhost:8000/v1';
    expect(send(factory, question, { model: 'm', baseURL }).headers).toEqual({
      'content-type': 'application/json',
    });
    vi.stubEnv('OPENAI_API_KEY', 'of the environment');
    const { headers } = send(factory, question, { model: 'm', baseURL, apiKey: '' });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('shows the key to Azure in its own header too', () => {
    const baseURL = 'https://a.openai.azure.com/openai/deployments/gpt?api-version=2024-10-21';
    const { url, headers } = send(factory, question, { model: 'm', apiKey: KEY, baseURL });
    expect(url.href).toBe(
      `https://a.openai.azure.com/openai/deployments/gpt/${path}?api-version=2024-10-21`,
    );
    expect(headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'api-key': KEY });
    for (const [other, shown] of [
      ['https://a.openai.azure.us/openai/v1', true],
      ['https://a.openai.azure.cn/openai/v1', true],
      ['https://azure.com.example', false],
    ] as const) {
      const { headers } = send(factory, question, { model: 'm', apiKey: KEY, baseURL: other });
      expect('api-key' in headers).toBe(shown);
    }
  });

  it('sends more headers, which go before its own', () => {
    const headers = { 'X-Title': 'tour', Authorization: 'Basic abc' };
    expect(send(factory, question, { model: 'm', apiKey: KEY, headers }).headers).toEqual({
      'content-type': 'application/json',
      authorization: 'Basic abc',
      'x-title': 'tour',
    });
    expect(() => send(factory, question, { model: 'm', headers })).not.toThrow();
  });

  it('asks the model of the request, else its own, and says where one is missing', () => {
    expect(send(factory, { ...question, model: 'other' }).body['model']).toBe('other');
    expect(send(factory, question).body['model']).toBe('m');
    for (const model of [undefined, '']) {
      const error = refusal(factory, question, { model, apiKey: KEY });
      expect(error.kind).toBe('invalid-request');
      expect(error.message).toMatch(/^openai: no model; .*option model/);
    }
  });

  it.each([
    ['baseURL', { baseURL: 'api.example/v1?canary' }],
    ['apiKey', { apiKey: 'canary\n' }],
    ['headers', { headers: { 'x-a': 'canary\r\nx-b: 1' } }],
  ])('refuses a bad %s when it is made', (option, options) => {
    expect(() => factory({ model: 'm', ...options })).toThrow(TypeError);
    expect(() => factory({ model: 'm', name: 'mine', ...options })).toThrow(
      new RegExp(`^mine: ${option}(?!.*canary)`),
    );
  });

  it('refuses a bad base URL of the environment when it is called', () => {
    vi.stubEnv('OPENAI_BASE_URL', 'api.example/v1?canary');
    const error = refusal(factory, question, { model: 'm', apiKey: KEY });
    expect(error.kind).toBe('invalid-request');
    expect(error.message).toMatch(/OPENAI_BASE_URL(?!.*canary)/);
  });

  it('says its name in events and errors', () => {
    const ask = factory({
      model: 'm',
      apiKey: KEY,
      name: 'mine',
      transport: transportOf({ pieces: [] }),
    });
    expect(run(ask).failure?.error).toMatchObject({ kind: 'truncated', provider: 'mine' });
  });

  it('sends nothing before it is subscribed to, and each time that it is', () => {
    let sent = 0;
    const transport = transportOf({ pieces: [] });
    const answer$ = factory({
      model: 'm',
      apiKey: KEY,
      transport: (asked) => {
        sent += 1;
        return transport(asked);
      },
    })(question);
    expect(sent).toBe(0);
    answer$.subscribe({ error: () => undefined });
    answer$.subscribe({ error: () => undefined });
    expect(sent).toBe(2);
  });

  it('keeps the query of a base URL of the environment out of its errors', () => {
    vi.stubEnv('OPENAI_BASE_URL', 'https://one.example/v1?key=canary-of-the-query');
    const pieces = [bytesOf(JSON.stringify({ error: { code: 'canary-of-the-query' } }))];
    const { failure } = run(
      factory({ model: 'm', apiKey: '', transport: transportOf({ status: 400, pieces }) }),
    );
    expect(failure?.error).toMatchObject({ kind: 'invalid-request' });
    expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain('canary');
  });

  it('keeps a short key out of its errors', () => {
    const pieces = [bytesOf(JSON.stringify({ error: { code: 'sk-1234' } }))];
    const headers = { 'x-request-id': 'sk-1234' };
    const transport = transportOf({ status: 401, headers, pieces });
    const { failure } = run(factory({ model: 'm', apiKey: 'sk-1234', transport }));
    expect(failure?.error).toMatchObject({ kind: 'unauthorized' });
    expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain('sk-1234');
  });

  it('keeps what a server echoes out of its errors', () => {
    const echo = `bad key ${KEY} in ${QUESTION}`;
    const header = 'canary-of-a-header';
    const bodies = [
      { error: { message: echo, type: echo, code: `code_${KEY}`, param: QUESTION } },
      { error: echo },
      { message: `${echo} ${header}`, code: header },
    ];
    for (const body of bodies) {
      for (const status of [200, 400, 401, 429, 500]) {
        const pieces = [bytesOf(JSON.stringify(body))];
        const transport = transportOf({ status, contentType: 'application/json', pieces });
        const headers = { 'x-secret': header };
        const { failure } = run(factory({ model: 'm', apiKey: KEY, headers, transport }));
        const shown = inspect(failure, { depth: 20, showHidden: true }) + JSON.stringify(failure);
        expect(failure).toBeDefined();
        for (const secret of [KEY, QUESTION, header]) expect(shown).not.toContain(secret);
      }
    }
  });
});
