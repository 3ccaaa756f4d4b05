import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { gemini } from '../../../src/provider/gemini';
import type { ProviderOptions } from '../../../src/provider/protocol';
import { assistant, prompt, system, toolResult, user } from '../../../src/request/messages';
import type { ChatRequest } from '../../../src/request/chat-request';
import { refusal, send } from '../laws';
import { KEY } from '../replay';

const options = { model: 'gemini-2.5-flash', apiKey: KEY };
const bodyOf = (request: ChatRequest, more: ProviderOptions = {}) =>
  send(gemini, request, { ...options, ...more }).body;
const asked = (rest: Omit<ChatRequest, 'messages'>, more?: ProviderOptions) =>
  bodyOf(prompt('Hi', rest), more);

afterEach(() => void vi.unstubAllEnvs());

describe('the body', () => {
  it('of a plain question holds nothing that was not asked for', () => {
    expect(asked({})).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: {},
    });
  });

  it('holds the settings under their names', () => {
    const context = { tenant: 'acme', labels: { team: 'x' }, deadline: 1, priority: 2 };
    const settings = { temperature: 0, topP: 0.9, maxOutputTokens: 100, stop: ['END'], seed: 7 };
    const schema = { type: 'object', additionalProperties: false };
    expect(asked({ ...settings, context, output: { schema } })).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: {
        temperature: 0,
        topP: 0.9,
        maxOutputTokens: 100,
        stopSequences: ['END'],
        seed: 7,
        responseMimeType: 'application/json',
        responseJsonSchema: schema,
      },
    });
  });

  it('offers tools', () => {
    const parameters = { type: 'object', properties: { a: { type: 'number' } } };
    const tools = [{ name: 'add', description: 'Adds.', parameters }, { name: 'now' }];
    const body = asked({ tools });
    expect(body['tools']).toEqual([
      {
        functionDeclarations: [
          { name: 'add', description: 'Adds.', parametersJsonSchema: parameters },
          { name: 'now' },
        ],
      },
    ]);
    expect(body).not.toHaveProperty('toolConfig');
  });

  it.each([
    ['auto' as const, { mode: 'AUTO' }],
    ['none' as const, { mode: 'NONE' }],
    ['required' as const, { mode: 'ANY' }],
    [{ name: 'now' }, { mode: 'ANY', allowedFunctionNames: ['now'] }],
  ])('writes the choice %j', (toolChoice, functionCallingConfig) => {
    const body = asked({ tools: [{ name: 'now' }], toolChoice });
    expect(body['toolConfig']).toEqual({ functionCallingConfig });
    expect(asked({ toolChoice })).not.toHaveProperty('toolConfig');
  });

  it.each([
    ['gemini-2.5-flash', { maxTokens: 100 }, { includeThoughts: true, thinkingBudget: 100 }],
    [
      'gemini-2.5-flash',
      { effort: 'low' as const },
      { includeThoughts: true, thinkingBudget: 1024 },
    ],
    [
      'gemini-2.5-pro',
      { effort: 'high' as const },
      { includeThoughts: true, thinkingBudget: 24_576 },
    ],
    [
      'gemini-2.5-flash',
      { effort: 'none' as const },
      { includeThoughts: false, thinkingBudget: 0 },
    ],
    [
      'gemini-flash-latest',
      { effort: 'medium' as const },
      { includeThoughts: true, thinkingBudget: 8192 },
    ],
    ['gemini-3-pro', { effort: 'high' as const }, { includeThoughts: true, thinkingLevel: 'high' }],
    [
      'gemini-3.5-flash',
      { effort: 'none' as const },
      { includeThoughts: false, thinkingLevel: 'minimal' },
    ],
    [
      'gemini-2.5-pro',
      { effort: 'none' as const },
      { includeThoughts: false, thinkingBudget: 128 },
    ],
    [
      'gemini-3-pro',
      { effort: 'high' as const, maxTokens: 100 },
      { includeThoughts: true, thinkingBudget: 100 },
    ],
    ['gemini-3-pro', {}, undefined],
  ])('lets %s think as %j', (model, reasoning, thinkingConfig) => {
    expect(asked({ model, reasoning })['generationConfig']).toEqual(
      thinkingConfig === undefined ? {} : { thinkingConfig },
    );
  });

  it.each([
    ['gemini-3-flash-preview', 'minimal'],
    ['gemini-3.6-flash', 'minimal'],
    ['gemini-3.5-flash-lite', 'minimal'],
    ['gemini-3.1-pro-preview', 'low'],
    ['gemini-3.7-flash', 'low'],
    ['gemini-3.8-flash', 'low'],
    ['gemini-9-flash', 'low'],
  ])('asks %s for no lower level than %s', (model, thinkingLevel) => {
    const levelOf = (effort: 'none' | 'minimal') =>
      asked({ model, reasoning: { effort } })['generationConfig'];
    expect(levelOf('none')).toEqual({ thinkingConfig: { includeThoughts: false, thinkingLevel } });
    expect(levelOf('minimal')).toEqual({
      thinkingConfig: { includeThoughts: true, thinkingLevel },
    });
  });

  it('takes the fields of provider options, and adds settings to generationConfig', () => {
    const safetySettings = [{ category: 'X', threshold: 'OFF' }];
    const providerOptions = {
      gemini: { safetySettings, generationConfig: { topK: 5, temperature: undefined } },
      mine: { generationConfig: { topK: 6 }, contents: undefined },
    };
    const body = asked({ temperature: 0, topP: 1, providerOptions }, { name: 'mine' });
    expect(body).toEqual({ safetySettings, generationConfig: { topP: 1, topK: 6 } });
  });
});

describe('a conversation', () => {
  const call = { id: 'fc_1', name: 'add', input: { a: 1 } };

  it('holds rules, calls, and the results of one turn together', () => {
    const second = { id: 'call_1', name: 'now', input: 'free text' };
    const messages = [
      system('Be brief.'),
      user('Add.'),
      system('Be kind.'),
      assistant('Let me see.', [call, second]),
      toolResult(call, '{"sum":2}'),
      { ...toolResult(second, 'broken'), isError: true },
      assistant(''),
      assistant('Two.'),
      assistant('', [call]),
      toolResult(call, '[2]'),
    ];
    expect(bodyOf({ messages })).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be brief.\n\nBe kind.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Add.' }] },
        {
          role: 'model',
          parts: [
            { text: 'Let me see.' },
            { functionCall: { id: 'fc_1', name: 'add', args: { a: 1 } } },
            { functionCall: { name: 'now', args: { input: 'free text' } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'fc_1', name: 'add', response: { sum: 2 } } },
            { functionResponse: { name: 'now', response: { error: 'broken' } } },
          ],
        },
        { role: 'model', parts: [{ text: 'Two.' }] },
        { role: 'model', parts: [{ functionCall: { id: 'fc_1', name: 'add', args: { a: 1 } } }] },
        {
          role: 'user',
          parts: [{ functionResponse: { id: 'fc_1', name: 'add', response: { output: '[2]' } } }],
        },
      ],
    });
  });

  it('sends back no id that was made up here', () => {
    const made = { ...call, id: 'call_0' };
    const text = JSON.stringify(
      bodyOf({ messages: [assistant('', [made]), toolResult(made, '1')] }),
    );
    expect(text).not.toContain('call_0');
  });

  it("sends back the server's own ids, which may look like those", () => {
    const own = { ...call, id: 'call_4162774' };
    const { contents } = bodyOf({ messages: [assistant('', [own]), toolResult(own, '1')] });
    expect(contents).toMatchObject([
      { parts: [{ functionCall: { id: 'call_4162774' } }] },
      { parts: [{ functionResponse: { id: 'call_4162774' } }] },
    ]);
  });

  it('holds results in the order of their calls', () => {
    const calls = ['Rome', 'Bern'].map((city, index) => ({
      id: `call_${String(index)}`,
      name: 'weather',
      input: { city },
    }));
    const results = calls.map((asked) => toolResult(asked, JSON.stringify(asked.input)));
    const messages = [user('Hi'), assistant('', calls), ...[...results].reverse(), user('So?')];
    const given = results.map(({ content }) => ({
      functionResponse: { name: 'weather', response: JSON.parse(content as string) as unknown },
    }));
    expect(bodyOf({ messages })['contents']).toMatchObject([
      { role: 'user' },
      { role: 'model' },
      { role: 'user', parts: given },
      { role: 'user', parts: [{ text: 'So?' }] },
    ]);
  });

  it('has a stand-in for the signature of calls where one is asked for', () => {
    const messages = [user('Hi'), assistant('', [call, call]), toolResult(call, '1')];
    const signed = (model: string): unknown[] =>
      [...JSON.stringify(bodyOf({ messages, model })).matchAll(/"thoughtSignature":"(\w+)"/g)].map(
        ([, signature]) => signature,
      );
    expect(signed('gemini-2.5-flash')).toEqual([]);
    const standIn = ['skip_thought_signature_validator'];
    expect(signed('gemini-3-pro')).toEqual(standIn);
    // Which model that is changes, and its name doesn't tell.
    expect(signed('gemini-flash-latest')).toEqual(standIn);
  });

  it('may show pictures and files', () => {
    const content = [
      { type: 'text' as const, text: 'Look:' },
      { type: 'image' as const, image: 'aGk=', mediaType: 'image/png' },
      { type: 'image' as const, image: 'data:image/webp;base64,aGk=' },
      { type: 'image' as const, image: 'https://example.com/a.png' },
      { type: 'file' as const, file: 'https://example.com/a.pdf', mediaType: 'application/pdf' },
    ];
    expect(bodyOf({ messages: [user(content)] })['contents']).toEqual([
      {
        role: 'user',
        parts: [
          { text: 'Look:' },
          { inlineData: { mimeType: 'image/png', data: 'aGk=' } },
          { inlineData: { mimeType: 'image/webp', data: 'aGk=' } },
          { fileData: { fileUri: 'https://example.com/a.png' } },
          { fileData: { fileUri: 'https://example.com/a.pdf', mimeType: 'application/pdf' } },
        ],
      },
    ]);
  });
});

describe('the address and the headers', () => {
  const sent = (more: ProviderOptions = {}) => send(gemini, prompt('Hi'), { ...options, ...more });
  const path = 'models/gemini-2.5-flash:streamGenerateContent?alt=sse';

  it.each([
    [undefined, `https://generativelanguage.googleapis.com/v1beta/${path}`],
    ['https://gateway.example/', `https://gateway.example/v1beta/${path}`],
    ['https://gateway.example/v1beta', `https://gateway.example/v1beta/${path}`],
    ['https://gateway.example/v1/', `https://gateway.example/v1/${path}`],
    [
      'https://gateway.example/v1/acme/google',
      `https://gateway.example/v1/acme/google/v1beta/${path}`,
    ],
    [
      'https://aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google',
      `https://aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/${path}`,
    ],
    [
      'https://aiplatform.googleapis.com/v1/publishers/google',
      `https://aiplatform.googleapis.com/v1/publishers/google/${path}`,
    ],
  ])('of baseURL %s', (baseURL, url) => {
    expect(sent({ baseURL }).url.href).toBe(url);
  });

  it('keeps the query of the base', () => {
    const { searchParams } = sent({ baseURL: 'https://gateway.example/?tenant=a' }).url;
    expect([...searchParams]).toEqual([
      ['tenant', 'a'],
      ['alt', 'sse'],
    ]);
  });

  it.each([
    ['models/gemini-2.5-flash', '/v1beta/models/gemini-2.5-flash:streamGenerateContent'],
    ['tunedModels/mine-1', '/v1beta/tunedModels/mine-1:streamGenerateContent'],
    ['..', '/v1beta/models/..:streamGenerateContent'],
  ])('has the model %s', (model, pathname) => {
    expect(sent({ model }).url.pathname).toBe(pathname);
  });

  it.each([
    '../other',
    'a/../b',
    'a%2fb',
    'a%2Fb',
    'a?key=1',
    'a#b',
    'a:b',
    'a b',
    'models/',
    'ä',
    '\\',
  ])('refuses the model %s', (model) => {
    const error = refusal(gemini, prompt('Hi', { model }), options);
    expect(error).toMatchObject({ kind: 'invalid-request', provider: 'gemini' });
  });

  it('has the key in one header and nowhere else', () => {
    const { url, headers, body } = sent({ headers: { 'X-Trace': '1' } });
    expect(headers).toEqual({
      'content-type': 'application/json',
      'x-goog-api-key': KEY,
      'x-trace': '1',
    });
    expect(url.href + JSON.stringify(body)).not.toContain(KEY);
  });

  it('reads the environment when it is asked, not when it is made', () => {
    const ask = () => send(gemini, prompt('Hi'), { model: 'gemini-2.5-flash' });
    vi.stubEnv('GEMINI_API_KEY', undefined);
    vi.stubEnv('GOOGLE_API_KEY', undefined);
    vi.stubEnv('GOOGLE_GEMINI_BASE_URL', undefined);
    expect(ask).toThrow('GEMINI_API_KEY or GOOGLE_API_KEY');
    vi.stubEnv('GOOGLE_API_KEY', KEY);
    vi.stubEnv('GOOGLE_GEMINI_BASE_URL', 'https://gateway.example');
    expect(ask()).toMatchObject({
      headers: { 'x-goog-api-key': KEY },
      url: { host: 'gateway.example' },
    });
    vi.stubEnv('GEMINI_API_KEY', `${KEY}-first`);
    expect(ask()).toMatchObject({ headers: { 'x-goog-api-key': `${KEY}-first` } });
  });

  it('fails before it sends when Google is to be asked without a key', () => {
    vi.stubEnv('GEMINI_API_KEY', undefined);
    vi.stubEnv('GOOGLE_API_KEY', undefined);
    const error = refusal(gemini, prompt('Hi'), { model: 'm' });
    expect(error).toMatchObject({ kind: 'unauthorized', retryable: false, provider: 'gemini' });
    const { headers } = send(gemini, prompt('Hi'), { model: 'm', baseURL: 'http://127.0.0.1:1' });
    expect(headers).not.toHaveProperty('x-goog-api-key');
    const bearer = { headers: { Authorization: 'Bearer of-another-kind' } };
    expect(sent({ apiKey: undefined, ...bearer }).headers).toMatchObject({
      authorization: 'Bearer of-another-kind',
    });
  });

  it.each([
    ['a key with a line break', { apiKey: `${KEY}\n` }],
    ['a base that is no URL', { baseURL: `no url but ${KEY}` }],
  ])('refuses %s at once, without showing it', (_, wrong) => {
    let thrown: unknown;
    try {
      gemini({ ...options, ...wrong });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TypeError);
    expect(inspect(thrown, { showHidden: true })).not.toContain(KEY);
  });
});
