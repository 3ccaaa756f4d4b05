import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ProviderOptions } from '../../../src/provider/protocol';
import { ollama } from '../../../src/provider/ollama';
import { assistant, prompt, system, toolResult, user } from '../../../src/request/messages';
import type { ChatRequest } from '../../../src/request/chat-request';
import { refusal, send } from '../laws';
import { KEY } from '../replay';

const options = { model: 'qwen3', baseURL: 'http://127.0.0.1:11434' };
const bodyOf = (request: ChatRequest, more: ProviderOptions = {}) =>
  send(ollama, request, { ...options, ...more }).body;
const asked = (rest: Omit<ChatRequest, 'messages'>, more?: ProviderOptions) =>
  bodyOf(prompt('Hi', rest), more);

afterEach(() => void vi.unstubAllEnvs());

describe('the body', () => {
  it('of a plain question holds nothing that was not asked for', () => {
    expect(asked({})).toEqual({
      model: 'qwen3',
      messages: [{ role: 'user', content: 'Hi' }],
      options: {},
      stream: true,
    });
  });

  it('holds the settings under their names', () => {
    const context = { tenant: 'acme', labels: { team: 'x' }, deadline: 1, priority: 2 };
    const settings = { temperature: 0, topP: 0.9, maxOutputTokens: 100, stop: ['END'], seed: 7 };
    const schema = { type: 'object' };
    expect(asked({ ...settings, context, model: 'llama3', output: { schema } })).toEqual({
      model: 'llama3',
      messages: [{ role: 'user', content: 'Hi' }],
      format: schema,
      options: { temperature: 0, top_p: 0.9, num_predict: 100, stop: ['END'], seed: 7 },
      stream: true,
    });
  });

  it.each([
    ['auto' as const, ['add', 'now']],
    ['required' as const, ['add', 'now']],
    ['none' as const, undefined],
    [{ name: 'now' }, ['now']],
    [undefined, ['add', 'now']],
  ])('offers the tools that the choice %j leaves', (toolChoice, names) => {
    const parameters = { type: 'object', properties: { a: { type: 'number' } } };
    const tools = [{ name: 'add', description: 'Adds.', parameters }, { name: 'now' }];
    const offered: unknown = asked({ tools, toolChoice })['tools'];
    const none = { type: 'object', properties: {} };
    const all = [
      { type: 'function', function: { name: 'add', description: 'Adds.', parameters } },
      { type: 'function', function: { name: 'now', parameters: none } },
    ];
    expect(offered).toEqual(names && all.filter((tool) => names.includes(tool.function.name)));
  });

  it.each([
    ['qwen3', { effort: 'low' as const }, true],
    ['qwen3', { effort: 'none' as const }, false],
    ['qwen3', { maxTokens: 100 }, true],
    ['qwen3', {}, undefined],
    ['gpt-oss:20b', { effort: 'high' as const }, 'high'],
    ['gpt-oss:20b', { effort: 'minimal' as const }, 'low'],
    ['gpt-oss:20b', { effort: 'none' as const }, false],
  ])('lets %s think as %j', (model, reasoning, think) => {
    expect(asked({ model, reasoning })['think']).toBe(think);
  });

  it('takes the fields of provider options, and adds settings to options', () => {
    const providerOptions = {
      ollama: { keep_alive: '5m', stream: undefined, options: { num_ctx: 8192 } },
      mine: { options: { num_ctx: 4096, top_k: 5 } },
    };
    const body = asked({ temperature: 0, providerOptions }, { name: 'mine' });
    expect(body).toMatchObject({
      keep_alive: '5m',
      options: { temperature: 0, num_ctx: 4096, top_k: 5 },
    });
    expect(body).not.toHaveProperty('stream');
  });
});

describe('a conversation', () => {
  it('holds rules, pictures, calls and results', () => {
    const calls = [
      { id: 'call_0', name: 'add', input: { a: 1 } },
      { id: 'call_1', name: 'old', input: 'free text' },
    ];
    const messages = [
      system('Be brief.'),
      user([
        { type: 'text', text: 'Look:' },
        { type: 'image', image: 'aGk=', mediaType: 'image/png' },
        { type: 'image', image: 'data:image/png;base64,aG8=' },
        { type: 'file', file: 'aGE=', mediaType: 'image/webp' },
        { type: 'file', file: 'WsO8cmljaA==', mediaType: 'text/csv' },
      ]),
      assistant('', calls),
      toolResult(calls[0]!, '2'),
      assistant('Two.'),
    ];
    expect(bodyOf({ messages })['messages']).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Look:\n\nZürich', images: ['aGk=', 'aG8=', 'aGE='] },
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'call_0', function: { name: 'add', arguments: { a: 1 } } },
          { id: 'call_1', function: { name: 'old', arguments: { input: 'free text' } } },
        ],
      },
      { role: 'tool', content: '2', tool_name: 'add', tool_call_id: 'call_0' },
      { role: 'assistant', content: 'Two.' },
    ]);
  });

  it('holds results in the order of their calls', () => {
    const calls = ['Rome', 'Bern'].map((city, index) => ({
      id: `call_${String(index)}`,
      name: 'weather',
      input: { city },
    }));
    const results = calls.map((asked) => toolResult(asked, asked.input.city));
    const messages = [user('Hi'), assistant('', calls), ...[...results].reverse()];
    expect(bodyOf({ messages })['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      { role: 'tool', content: 'Rome' },
      { role: 'tool', content: 'Bern' },
    ]);
  });

  it.each([
    { type: 'image' as const, image: 'https://example.com/a.png' },
    { type: 'file' as const, file: 'aGk=', mediaType: 'application/pdf' },
    { type: 'image' as const, image: 'aGk=' },
  ])('is refused where Ollama could not read it: %j', (part) => {
    const error = refusal(ollama, { messages: [user([part])] }, options);
    expect(error).toMatchObject({ kind: 'invalid-request', failover: true });
  });
});

describe('the address and the headers', () => {
  const sent = (more: ProviderOptions = {}) => send(ollama, prompt('Hi'), { model: 'm', ...more });

  it.each([
    ['http://127.0.0.1:11434', 'http://127.0.0.1:11434/api/chat'],
    ['http://127.0.0.1:11434/api/', 'http://127.0.0.1:11434/api/chat'],
    ['gpu.example:8080', 'http://gpu.example:8080/api/chat'],
    ['https://ollama.com', 'https://ollama.com/api/chat'],
    ['https://gateway.example/ollama?k=v', 'https://gateway.example/ollama/api/chat?k=v'],
  ])('of %s', (host, url) => {
    expect(sent({ baseURL: host }).url.href).toBe(url);
    vi.stubEnv('OLLAMA_HOST', host);
    expect(sent().url.href).toBe(url);
  });

  it('is this machine where nothing else is said', () => {
    vi.stubEnv('OLLAMA_HOST', undefined);
    expect(sent().url.href).toBe('http://127.0.0.1:11434/api/chat');
  });

  it('reports a host that is none, without showing it', () => {
    vi.stubEnv('OLLAMA_HOST', `user:${KEY}@host`);
    const error = refusal(ollama, prompt('Hi'), { model: 'm' });
    expect(error).toMatchObject({ kind: 'invalid-request', message: /OLLAMA_HOST/ });
    expect(inspect(error, { showHidden: true })).not.toContain(KEY);
    expect(() => ollama({ baseURL: `user:${KEY}@host` })).toThrow(TypeError);
  });

  it('shows a key where there is one', () => {
    vi.stubEnv('OLLAMA_API_KEY', undefined);
    expect(sent().headers).not.toHaveProperty('authorization');
    expect(sent({ apiKey: KEY }).headers).toMatchObject({ authorization: `Bearer ${KEY}` });
    vi.stubEnv('OLLAMA_API_KEY', KEY);
    expect(sent().headers).toMatchObject({ authorization: `Bearer ${KEY}` });
    expect(sent({ apiKey: '' }).headers).not.toHaveProperty('authorization');
  });
});
