import { describe, expect, it } from 'vitest';
import { openai } from '../../../src/provider/openai';
import { openaiResponses } from '../../../src/provider/openai-responses';
import { assistant, prompt, system, toolResult, user } from '../../../src/request/messages';
import type { ChatRequest, ContentPart } from '../../../src/request/chat-request';
import { refusal, send } from '../laws';
import { KEY, QUESTION } from '../replay';

const bodyOf = (request: ChatRequest, options = {}): Readonly<Record<string, unknown>> =>
  send(openai, request, { model: 'm', apiKey: KEY, ...options }).body;

describe('the body of a chat completion', () => {
  it('is small for a small question', () => {
    expect(bodyOf(prompt('Hi'))).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('holds the settings in the words of the protocol', () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } } };
    const body = bodyOf(
      prompt('Hi', {
        model: 'other',
        temperature: 0,
        topP: 0.5,
        maxOutputTokens: 7,
        stop: ['END'],
        seed: 0,
        output: { schema, name: 'sum', strict: true },
        reasoning: { effort: 'low' },
      }),
    );
    expect(body).toEqual({
      model: 'other',
      messages: [{ role: 'user', content: 'Hi' }],
      temperature: 0,
      top_p: 0.5,
      max_completion_tokens: 7,
      stop: ['END'],
      seed: 0,
      response_format: { type: 'json_schema', json_schema: { name: 'sum', schema, strict: true } },
      reasoning_effort: 'low',
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(bodyOf(prompt('Hi', { output: { schema } })).response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'output', schema },
    });
    expect(bodyOf(prompt('Hi', { stop: [] }))).not.toHaveProperty('stop');
  });

  it.each([
    ['https://api.openai.com/v1', 'max_completion_tokens'],
    ['https://a.openai.azure.com/openai/v1', 'max_completion_tokens'],
    ['https://eu.api.openai.com/v1', 'max_completion_tokens'],
    ['https://a.openai.azure.us/openai/v1', 'max_completion_tokens'],
    ['https://a.openai.azure.cn/openai/v1', 'max_completion_tokens'],
    ['https://api.groq.com/openai/v1', 'max_tokens'],
    ['http://localhost:8000/v1', 'max_tokens'],
    ['https://api.openai.com.evil.example/v1', 'max_tokens'],
    ['https://notapi.openai.com/v1', 'max_tokens'],
    ['https://notazure.com/v1', 'max_tokens'],
  ])('limits the length at %s by %s', (baseURL, field) => {
    const body = bodyOf(prompt('Hi', { maxOutputTokens: 7 }), { baseURL });
    expect(Object.keys(body).filter((key) => key.startsWith('max_'))).toEqual([field]);
    expect(body[field]).toBe(7);
  });

  it.each([
    ['gpt-5-mini', 'none', 'minimal'],
    ['gpt-5-mini', 'minimal', 'minimal'],
    ['openai/gpt-5-nano-2025-08-07', 'none', 'minimal'],
    ['gpt-5.1', 'none', 'none'],
    ['gpt-5.1', 'minimal', 'low'],
    ['gpt-5.6-sol', 'minimal', 'low'],
    ['gpt-5-codex', 'minimal', 'low'],
    ['gpt-5.3-codex', 'none', 'low'],
    ['o4-mini', 'minimal', 'low'],
    ['openai/o3', 'none', 'low'],
    ['o3', 'high', 'high'],
    ['gpt-5.1', 'medium', 'medium'],
    ['qwen3', 'none', 'none'],
    ['llama-4o1', 'minimal', 'minimal'],
  ] as const)('asks %s for an effort of %s by %s', (model, effort, wanted) => {
    const request = prompt('Hi', { model, reasoning: { effort } });
    expect(bodyOf(request)['reasoning_effort']).toBe(wanted);
    expect(send(openaiResponses, request).body['reasoning']).toEqual({ effort: wanted });
  });

  it('offers tools, and a choice among them', () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const tools = [{ name: 'weather', description: 'Looks.', parameters }, { name: 'time' }];
    const request = prompt('Hi', { tools });
    const empty = { type: 'object', properties: {} };
    expect(bodyOf(request)).toMatchObject({
      tools: [
        { type: 'function', function: { name: 'weather', description: 'Looks.', parameters } },
        { type: 'function', function: { name: 'time', parameters: empty } },
      ],
    });
    expect(bodyOf(request)).not.toHaveProperty('tool_choice');
    for (const toolChoice of ['auto', 'none', 'required'] as const) {
      expect(bodyOf({ ...request, toolChoice }).tool_choice).toBe(toolChoice);
    }
    expect(bodyOf({ ...request, toolChoice: { name: 'time' } }).tool_choice).toEqual({
      type: 'function',
      function: { name: 'time' },
    });
  });

  it('says nothing of tools where there are none, since servers refuse an empty list', () => {
    const body = bodyOf(prompt('Hi', { tools: [], toolChoice: 'auto' }));
    expect(body).not.toHaveProperty('tools');
    expect(body).not.toHaveProperty('tool_choice');
  });

  it('tells the conversation', () => {
    const calls = [
      { id: 'a', name: 'weather', input: { city: 'Rome' } },
      { id: 'b', name: 'sql', input: 'SELECT 1' },
      { id: 'c', name: 'time', input: undefined },
    ];
    const messages = [
      system('Be brief.'),
      user('Weather?'),
      assistant('', calls),
      toolResult({ id: 'a', name: 'weather' }, 'sunny'),
      assistant('Sunny.'),
      assistant('', []),
      assistant('I look.', [{ id: 'd', name: 'time', input: {} }]),
    ];
    const call = (id: string, name: string, input: string): object => ({
      id,
      type: 'function',
      function: { name, arguments: input },
    });
    expect(bodyOf({ messages }).messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          call('a', 'weather', '{"city":"Rome"}'),
          call('b', 'sql', 'SELECT 1'),
          call('c', 'time', '{}'),
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'sunny' },
      { role: 'assistant', content: 'Sunny.' },
      { role: 'assistant', content: '' },
      { role: 'assistant', content: 'I look.', tool_calls: [call('d', 'time', '{}')] },
    ]);
  });

  it.each<[string, readonly [string, string][]]>([
    [
      'https://api.openai.com/v1',
      [
        ['call_1', 'call_1'],
        // As of vLLM.
        [
          `chatcmpl-tool-${'0123456789abcdef'.repeat(2)}`,
          `pl-tool-${'0123456789abcdef'.repeat(2)}`,
        ],
      ],
    ],
    [
      'https://api.mistral.ai/v1',
      [
        ['D681PevKs', 'D681PevKs'],
        ['toolu_01A09q90qw90lq917835lq9', '917835lq9'],
        ['call_0', '0000call0'],
        ['call_1', '0000call1'],
      ],
    ],
    [
      'http://localhost:8000/v1',
      [['functions.weather:0'.repeat(3), 'functions.weather:0'.repeat(3)]],
    ],
  ])('gives %s the ids of others as it takes them', (baseURL, ids) => {
    const calls = ids.map(([id]) => ({ id, name: 'weather', input: {} }));
    const messages = [
      user('Weather?'),
      assistant('', calls),
      ...calls.map((call) => toolResult(call, 'sunny')),
    ];
    const [, turn, ...results] = bodyOf({ messages }, { baseURL })['messages'] as [
      unknown,
      { readonly tool_calls: readonly { readonly id: string }[] },
      ...{ readonly tool_call_id: string }[],
    ];
    const wanted = ids.map(([, id]) => id);
    expect(turn.tool_calls.map(({ id }) => id)).toEqual(wanted);
    expect(results.map(({ tool_call_id: id }) => id)).toEqual(wanted);
  });

  it('names the seed for Mistral as that does, which refuses other names', () => {
    const baseURL = 'https://api.mistral.ai/v1';
    const body = bodyOf(prompt('Hi', { seed: 7 }), { baseURL });
    expect(body).toMatchObject({ random_seed: 7 });
    expect(body).not.toHaveProperty('seed');
  });

  it('asks DeepSeek for no thoughts where calls stand in the conversation without theirs', () => {
    const call = { id: 'call_a', name: 'weather', input: {} };
    const messages = [user('Weather?'), assistant('', [call]), toolResult(call, 'sunny')];
    const request: ChatRequest = { messages, reasoning: { effort: 'high' } };
    const baseURL = 'https://api.deepseek.com';
    const body = bodyOf(request, { baseURL });
    expect(body).toMatchObject({ thinking: { type: 'disabled' } });
    expect(body).not.toHaveProperty('reasoning_effort');
    expect(bodyOf(request)).not.toHaveProperty('thinking');
    const first = bodyOf({ ...request, messages: messages.slice(0, 1) }, { baseURL });
    expect(first).toMatchObject({ reasoning_effort: 'high' });
    expect(first).not.toHaveProperty('thinking');
    const own = { openai: { thinking: { type: 'enabled' } } };
    expect(bodyOf({ ...request, providerOptions: own }, { baseURL })).toMatchObject(own.openai);
  });

  it.each<[ContentPart, object]>([
    [
      { type: 'text', text: 'Hi' },
      { type: 'text', text: 'Hi' },
    ],
    [
      { type: 'image', image: 'https://a.example/b.png' },
      { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
    ],
    [
      { type: 'image', image: 'data:image/png;base64,iVBO' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } },
    ],
    [
      { type: 'image', image: 'iVBO', mediaType: 'image/webp' },
      { type: 'image_url', image_url: { url: 'data:image/webp;base64,iVBO' } },
    ],
    [
      { type: 'file', file: 'JVBE', mediaType: 'application/pdf', name: 'a.pdf' },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
    ],
    [
      { type: 'file', file: 'data:application/pdf;base64,JVBE', mediaType: 'application/pdf' },
      { type: 'file', file: { filename: 'file', file_data: 'data:application/pdf;base64,JVBE' } },
    ],
  ])('writes the part %j', (part, expected) => {
    expect(bodyOf({ messages: [user([part])] }).messages).toEqual([
      { role: 'user', content: [expected] },
    ]);
  });

  it.each<[string, ContentPart]>([
    [
      'a file by its URL',
      { type: 'file', file: 'https://a.example/canary', mediaType: 'application/pdf' },
    ],
    ['base64 of no known type', { type: 'image', image: 'canary' }],
  ])('refuses %s for others to take, and does not show it', (_, part) => {
    const error = refusal(openai, { messages: [user([part])] });
    expect(error).toMatchObject({ kind: 'invalid-request', provider: 'openai', failover: true });
    expect(error.message).not.toContain('canary');
  });

  it('takes the fields of one server from providerOptions, and leaves out what is undefined there', () => {
    const request = prompt('Hi', {
      temperature: 1,
      providerOptions: {
        openai: { user: 'u', top_k: 1, stream_options: { extra: true } },
        groq: { top_k: 2, temperature: undefined },
        mistral: { safe_prompt: true },
      },
    });
    const body = bodyOf(request, { name: 'groq', baseURL: 'https://api.groq.com/openai/v1' });
    expect(body).toMatchObject({ user: 'u', top_k: 2 });
    expect(body).not.toHaveProperty('temperature');
    expect(body).not.toHaveProperty('safe_prompt');
    expect(body.stream_options).toEqual({ include_usage: true, extra: true });
    const without = { openai: { stream_options: undefined } };
    expect(bodyOf({ ...request, providerOptions: without })).not.toHaveProperty('stream_options');
  });

  it('never holds the context of a request', () => {
    const context = { tenant: 'tenant-1', session: 'tenant-1', labels: { a: 'tenant-1' } };
    const { body, headers, url } = send(openai, prompt('Hi', { context }));
    expect(JSON.stringify([body, headers, url])).not.toContain('tenant-1');
  });

  it.each([
    [
      'a circle',
      () => {
        const circle: Record<string, unknown> = {};
        circle[QUESTION] = circle;
        return circle;
      },
    ],
    ['a bigint', () => 1n],
  ])('that can not be written, for %s in it, is the caller’s fault', (_, make) => {
    const call = { id: 'a', name: 'f', input: make() };
    const error = refusal(openai, { messages: [user(QUESTION), assistant('', [call])] });
    expect(error).toMatchObject({ kind: 'invalid-request', provider: 'openai', retryable: false });
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain(QUESTION);
  });

  it('that is no request at all is the caller’s fault too', () => {
    expect(refusal(openai, {} as ChatRequest)).toMatchObject({ kind: 'invalid-request' });
  });
});
