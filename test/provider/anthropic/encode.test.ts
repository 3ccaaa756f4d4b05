import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { anthropic } from '../../../src/provider/anthropic';
import type { ProviderOptions } from '../../../src/provider/protocol';
import { assistant, prompt, system, toolResult, user } from '../../../src/request/messages';
import type { ChatRequest } from '../../../src/request/chat-request';
import { refusal, send } from '../laws';
import { KEY } from '../replay';

const options = { model: 'claude-haiku-4-5', apiKey: KEY };
const bodyOf = (request: ChatRequest, more: ProviderOptions = {}): Record<string, unknown> => ({
  ...send(anthropic, request, { ...options, ...more }).body,
});
const asked = (rest: Omit<ChatRequest, 'messages'>, more?: ProviderOptions) =>
  bodyOf(prompt('Hi', rest), more);

afterEach(() => void vi.unstubAllEnvs());

describe('the body', () => {
  it('of a plain question holds nothing that was not asked for', () => {
    expect(asked({})).toEqual({
      model: 'claude-haiku-4-5',
      max_tokens: 4096,
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
  });

  it('holds the settings under their names', () => {
    const context = { tenant: 'acme', labels: { team: 'x' }, deadline: 1, priority: 2 };
    const settings = { temperature: 0, topP: 0.9, maxOutputTokens: 100, stop: ['END'], seed: 7 };
    expect(asked({ ...settings, context })).toEqual({
      model: 'claude-haiku-4-5',
      max_tokens: 100,
      temperature: 0,
      top_p: 0.9,
      stop_sequences: ['END'],
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
  });

  it("takes the request's model before the provider's", () => {
    expect(asked({ model: 'claude-sonnet-4-5' })).toMatchObject({ model: 'claude-sonnet-4-5' });
    const error = refusal(anthropic, prompt('Hi'), { apiKey: KEY });
    expect(error).toMatchObject({ kind: 'invalid-request', message: /model/ });
  });

  it('has the rules of all system messages in one place', () => {
    const messages = [system('Be brief.'), user('Hi'), system('Be kind.')];
    expect(bodyOf({ messages })).toMatchObject({
      system: 'Be brief.\n\nBe kind.',
      messages: [{ role: 'user', content: 'Hi' }],
    });
  });

  it('asks for JSON of a schema', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    expect(asked({ output: { schema, name: 'thing' } })).toMatchObject({
      output_config: { format: { type: 'json_schema', schema } },
    });
  });

  it('offers tools, and says which to use', () => {
    const parameters = { type: 'object', properties: { a: { type: 'number' } } };
    const tools = [{ name: 'add', description: 'Adds.', parameters }, { name: 'now' }];
    expect(asked({ tools })).toMatchObject({
      tools: [
        { name: 'add', description: 'Adds.', input_schema: parameters },
        { name: 'now', input_schema: { type: 'object', properties: {} } },
      ],
    });
    expect(asked({ tools })).not.toHaveProperty('tool_choice');
  });

  it.each([
    ['auto' as const, { type: 'auto' }],
    ['none' as const, { type: 'none' }],
    ['required' as const, { type: 'any' }],
    [{ name: 'now' }, { type: 'tool', name: 'now' }],
  ])('writes the choice %j', (toolChoice, choice) => {
    expect(asked({ tools: [{ name: 'now' }], toolChoice })).toMatchObject({ tool_choice: choice });
    expect(asked({ tools: [], toolChoice })).not.toHaveProperty('tool_choice');
  });
});

describe('reasoning', () => {
  const thinking = (
    reasoning: ChatRequest['reasoning'],
    model: string,
    maxOutputTokens?: number,
  ) => {
    const {
      max_tokens,
      thinking: how,
      output_config,
    } = asked({
      reasoning,
      model,
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    });
    return { max_tokens, thinking: how, output_config };
  };
  const budget = (tokens: number) => ({ type: 'enabled', budget_tokens: tokens });

  it.each([
    // A budget goes as it is, and the limit is above it.
    [{ maxTokens: 2000 }, undefined, { thinking: budget(2000), max_tokens: 6096 }],
    [{ maxTokens: 2000 }, 3000, { thinking: budget(2000), max_tokens: 3000 }],
    [{ maxTokens: 2000 }, 2000, { thinking: budget(2000), max_tokens: 4000 }],
    [{ maxTokens: 2000 }, 100, { thinking: budget(2000), max_tokens: 2100 }],
    [{ maxTokens: 10 }, undefined, { thinking: budget(1024), max_tokens: 5120 }],
    [{ effort: 'low' as const, maxTokens: 5000 }, undefined, { thinking: budget(5000) }],
    [{ effort: 'high' as const }, undefined, { thinking: budget(16_384), max_tokens: 20_480 }],
    [{ effort: 'none' as const }, undefined, { thinking: { type: 'disabled' }, max_tokens: 4096 }],
    [{}, undefined, { thinking: undefined, max_tokens: 4096 }],
  ])('%j with a limit of %j', (reasoning, limit, wanted) => {
    expect(thinking(reasoning, 'claude-haiku-4-5', limit)).toMatchObject(wanted);
  });

  it.each([
    'claude-3-7-sonnet-20250219',
    'claude-sonnet-4-20250514',
    'claude-opus-4@20250514',
    'anthropic/claude-sonnet-4.5',
    'claude-haiku-4-5-20251001',
    'glm-4.6',
  ])('is an effort as a budget for %s', (model) => {
    expect(thinking({ effort: 'minimal' }, model)).toMatchObject({ thinking: budget(1024) });
  });

  it.each([
    'claude-opus-4-6',
    'anthropic/claude-opus-4.7',
    'claude-sonnet-5',
    'claude-opus-latest',
  ])('is an effort as such for %s', (model) => {
    const shown = { type: 'adaptive', display: 'summarized' };
    expect(thinking({ effort: 'medium' }, model)).toEqual({
      thinking: shown,
      output_config: { effort: 'medium' },
      max_tokens: 12_288,
    });
    expect(thinking({ effort: 'minimal' }, model, 100)).toEqual({
      thinking: shown,
      output_config: { effort: 'low' },
      max_tokens: 100,
    });
  });

  const call = { id: 'toolu_1', name: 'now', input: {} };
  const asking = [user('When?'), assistant('', [call])];
  const answered = [...asking, toolResult(call, 'noon')];
  const thinkingIn = (messages: ChatRequest['messages'], rest: Partial<ChatRequest> = {}) => {
    const tools = [{ name: 'now' }];
    return bodyOf({ messages, tools, reasoning: { effort: 'low' }, ...rest });
  };

  it.each([
    ['tools have answered', answered],
    ['tools have answered and the user has spoken', [...answered, user('Well?')]],
  ])('is none where %s, as a budget wants the thoughts that led to the call', (_, messages) => {
    expect(thinkingIn(messages)).toMatchObject({
      thinking: { type: 'disabled' },
      max_tokens: 4096,
    });
    expect(thinkingIn(messages, { model: 'claude-opus-4-6' })).toMatchObject({
      thinking: { type: 'adaptive' },
    });
  });

  it('comes back when the answer to the tools was given', () => {
    const messages = [...answered, assistant('At noon.'), user('And then?')];
    expect(thinkingIn(messages)).toMatchObject({ thinking: budget(2048) });
  });

  it.each(['required' as const, { name: 'now' }])(
    'of a budget is none where the tool choice is %j',
    (toolChoice) => {
      const off = { thinking: { type: 'disabled' } };
      expect(thinkingIn([user('When?')], { toolChoice })).toMatchObject(off);
      const reasoning = { maxTokens: 2000 };
      expect(thinkingIn([user('When?')], { toolChoice, reasoning })).toMatchObject(off);
      expect(thinkingIn([user('When?')], { toolChoice, tools: [] })).toMatchObject({
        thinking: budget(2048),
      });
    },
  );

  it.each(['claude-opus-4-7', 'anthropic/claude-opus-4.8', 'claude-sonnet-5'])(
    'of a budget is left to %s itself, which knows none',
    (model) => {
      const adaptive = { type: 'adaptive', display: 'summarized' };
      expect(thinking({ maxTokens: 2000 }, model)).toEqual({
        thinking: adaptive,
        output_config: undefined,
        max_tokens: 6096,
      });
      expect(thinking({ effort: 'low', maxTokens: 2000 }, model)).toEqual({
        thinking: adaptive,
        output_config: { effort: 'low' },
        max_tokens: 6096,
      });
    },
  );

  it('of a budget goes to the last ones that take it, too', () => {
    const wanted = { thinking: budget(2000), max_tokens: 6096 };
    expect(thinking({ maxTokens: 2000 }, 'claude-opus-4-6')).toMatchObject(wanted);
  });

  it('goes together with an output', () => {
    const output = { schema: { type: 'object' } };
    const both = asked({ output, reasoning: { effort: 'low' }, model: 'claude-opus-4-8' });
    expect(both['output_config']).toEqual({
      format: { type: 'json_schema', schema: { type: 'object' } },
      effort: 'low',
    });
  });
});

describe('a conversation', () => {
  const messagesOf = (...messages: ChatRequest['messages']): unknown =>
    bodyOf({ messages })['messages'];

  it('says nothing that is blank, as models write before a call', () => {
    const call = { id: 'toolu_1', name: 'now', input: {} };
    const messages = messagesOf(
      user('When?'),
      assistant('\n\n', [call]),
      toolResult(call, 'noon'),
      assistant(' \n'),
      user('Well?'),
    );
    expect(messages).toEqual([
      { role: 'user', content: 'When?' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'now', input: {} }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'noon' }],
      },
      { role: 'user', content: 'Well?' },
    ]);
  });

  it('holds calls, and the results of one turn in one message', () => {
    const calls = [
      { id: 'toolu_1', name: 'add', input: { a: 1 } },
      { id: 'toolu_2', name: 'now', input: {} },
    ];
    const failed = { ...toolResult(calls[1]!, 'broken'), isError: true };
    const messages = messagesOf(
      user('Add.'),
      assistant('Let me see.', calls),
      toolResult(calls[0]!, '2'),
      failed,
      assistant('Two.'),
      assistant('', [{ id: 'toolu_3', name: 'now', input: {} }]),
      toolResult({ id: 'toolu_3', name: 'now' }, 'noon'),
      user('Thanks.'),
    );
    expect(messages).toEqual([
      { role: 'user', content: 'Add.' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me see.' },
          { type: 'tool_use', id: 'toolu_1', name: 'add', input: { a: 1 } },
          { type: 'tool_use', id: 'toolu_2', name: 'now', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: '2' },
          { type: 'tool_result', tool_use_id: 'toolu_2', content: 'broken', is_error: true },
        ],
      },
      { role: 'assistant', content: 'Two.' },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'toolu_3', name: 'now', input: {} }],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_3', content: 'noon' }],
      },
      { role: 'user', content: 'Thanks.' },
    ]);
  });

  it('gives no two calls the same id, which other providers do in each turn', () => {
    const call = { id: 'call_0', name: 'now', input: {} };
    const turn = [assistant('', [call]), toolResult(call, 'noon')];
    const ids = (messagesOf(user('Hi'), ...turn, ...turn) as { content: object[] }[])
      .slice(1)
      .map(({ content }) => content[0]);
    expect(ids).toMatchObject([
      { id: 'call_0' },
      { tool_use_id: 'call_0' },
      { id: 'call_0_2' },
      { tool_use_id: 'call_0_2' },
    ]);
  });

  it('that another provider began is put into words that this one takes', () => {
    const call = { id: 'llm_version:0', name: 'add', input: 'free text' };
    const messages = messagesOf(
      user('Hi'),
      assistant(''),
      assistant('', [call]),
      toolResult(call, '1'),
    );
    expect(messages).toEqual([
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'llm_version_0', name: 'add', input: { input: 'free text' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'llm_version_0', content: '1' }],
      },
    ]);
  });

  it('may show pictures and files', () => {
    const png = { type: 'base64', media_type: 'image/png', data: 'aGk=' };
    const pdf = { type: 'base64', media_type: 'application/pdf', data: 'aGk=' };
    const messages = messagesOf(
      user([
        { type: 'text', text: 'Look:' },
        { type: 'image', image: 'aGk=', mediaType: 'image/png' },
        { type: 'image', image: 'data:image/png;base64,aGk=' },
        { type: 'image', image: 'https://example.com/a.png' },
        { type: 'file', file: 'aGk=', mediaType: 'image/png' },
        { type: 'file', file: 'data:;base64,aGk=', mediaType: 'application/pdf', name: 'a.pdf' },
        { type: 'file', file: 'https://example.com/a.pdf', mediaType: 'application/pdf' },
        { type: 'file', file: 'WsO8cmljaA==', mediaType: 'text/plain' },
      ]),
    );
    expect(messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look:' },
          { type: 'image', source: png },
          { type: 'image', source: png },
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          { type: 'image', source: png },
          { type: 'document', source: pdf, title: 'a.pdf' },
          { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
          {
            type: 'document',
            source: { type: 'text', media_type: 'text/plain', data: 'Zürich' },
          },
        ],
      },
    ]);
  });

  it.each([
    { type: 'image' as const, image: 'aGk=' },
    { type: 'image' as const, image: 'data:image/svg+xml,<svg/>' },
    { type: 'image' as const, image: 'data:;base64,aGk=' },
    { type: 'file' as const, file: '&', mediaType: 'text/plain' },
  ])('is refused where it could not be read: %j', (part) => {
    const error = refusal(anthropic, { messages: [user([part])] }, options);
    expect(error).toMatchObject({ kind: 'invalid-request', failover: true });
  });
});

describe('provider options', () => {
  it("go over the body, the provider's own after those of the protocol", () => {
    const providerOptions = {
      anthropic: { top_k: 5, service_tier: 'auto', stream: undefined },
      gateway: { top_k: 6 },
      openai: { top_k: 7 },
    };
    const body = asked({ providerOptions }, { name: 'gateway' });
    expect(body).toMatchObject({ top_k: 6, service_tier: 'auto' });
    expect(body).not.toHaveProperty('stream');
  });

  it('are added to the settings of output_config', () => {
    const providerOptions = { anthropic: { output_config: { effort: 'max' } } };
    expect(asked({ output: { schema: {} }, providerOptions })['output_config']).toEqual({
      format: { type: 'json_schema', schema: {} },
      effort: 'max',
    });
  });
});

describe('the address and the headers', () => {
  const sent = (more: ProviderOptions = {}) =>
    send(anthropic, prompt('Hi'), { ...options, ...more });

  it.each([
    [undefined, 'https://api.anthropic.com/v1/messages'],
    ['https://gateway.example/', 'https://gateway.example/v1/messages'],
    ['https://gateway.example/v1', 'https://gateway.example/v1/messages'],
    ['https://gateway.example/v1/', 'https://gateway.example/v1/messages'],
    [
      'https://gateway.example/a/anthropic?k=v',
      'https://gateway.example/a/anthropic/v1/messages?k=v',
    ],
  ])('of baseURL %s', (baseURL, url) => {
    expect(sent({ baseURL }).url.href).toBe(url);
  });

  it('has the key in one header and nowhere else', () => {
    const { url, headers, body } = sent({ headers: { 'Anthropic-Beta': 'x', 'X-Trace': '1' } });
    expect(headers).toEqual({
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      'x-api-key': KEY,
      'anthropic-beta': 'x',
      'x-trace': '1',
    });
    expect(url.href + JSON.stringify(body)).not.toContain(KEY);
  });

  it('reads the environment when it is asked, not when it is made', () => {
    const ask = (): unknown => send(anthropic, prompt('Hi'), { model: 'm' });
    vi.stubEnv('ANTHROPIC_API_KEY', undefined);
    vi.stubEnv('ANTHROPIC_BASE_URL', undefined);
    expect(ask).toThrow('ANTHROPIC_API_KEY');
    vi.stubEnv('ANTHROPIC_API_KEY', KEY);
    vi.stubEnv('ANTHROPIC_BASE_URL', 'https://gateway.example');
    expect(ask()).toMatchObject({
      headers: { 'x-api-key': KEY },
      url: { host: 'gateway.example' },
    });
  });

  it('fails before it sends when Anthropic is to be asked without a key', () => {
    vi.stubEnv('ANTHROPIC_API_KEY', undefined);
    const error = refusal(anthropic, prompt('Hi'), { model: 'm' });
    expect(error).toMatchObject({ kind: 'unauthorized', retryable: false, provider: 'anthropic' });
  });

  it('shows no key to another server that was given none', () => {
    vi.stubEnv('ANTHROPIC_API_KEY', undefined);
    const { headers } = send(anthropic, prompt('Hi'), {
      model: 'm',
      baseURL: 'http://127.0.0.1:1',
    });
    expect(headers).not.toHaveProperty('x-api-key');
  });

  it('accepts another way in', () => {
    vi.stubEnv('ANTHROPIC_API_KEY', undefined);
    const headers = { Authorization: 'Bearer token-of-another-kind' };
    expect(sent({ apiKey: undefined, headers }).headers).toMatchObject({
      authorization: 'Bearer token-of-another-kind',
    });
  });

  it.each([
    ['a key with a line break', { apiKey: `${KEY}\n` }],
    ['a header with a line break', { headers: { 'x-a': `${KEY}\r\nx: y` } }],
    ['a base that is no URL', { baseURL: `no url but ${KEY}` }],
    ['a base with a password', { baseURL: `https://user:${KEY}@gateway.example` }],
  ])('refuses %s at once, without showing it', (_, wrong) => {
    let thrown: unknown;
    try {
      anthropic({ ...options, ...wrong });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TypeError);
    expect(inspect(thrown, { showHidden: true })).not.toContain(KEY);
  });
});
