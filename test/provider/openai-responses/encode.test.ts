import { describe, expect, it } from 'vitest';
import { openaiResponses } from '../../../src/provider/openai-responses';
import { assistant, prompt, system, toolResult, user } from '../../../src/request/messages';
import type { ChatRequest, ContentPart } from '../../../src/request/chat-request';
import { send } from '../laws';
import { KEY } from '../replay';

const bodyOf = (request: ChatRequest, options = {}): Readonly<Record<string, unknown>> =>
  send(openaiResponses, request, { model: 'm', apiKey: KEY, ...options }).body;

describe('the body of a response', () => {
  it('is small for a small question', () => {
    expect(bodyOf(prompt('Hi'))).toEqual({
      model: 'm',
      input: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
  });

  it('holds the settings in the words of the protocol', () => {
    const schema = { type: 'object' };
    const body = bodyOf(
      prompt('Hi', {
        temperature: 0,
        topP: 0.5,
        maxOutputTokens: 7,
        output: { schema, strict: true },
        reasoning: { effort: 'high' },
        tools: [{ name: 'weather', description: 'Looks.', parameters: schema }, { name: 'time' }],
        toolChoice: { name: 'time' },
        context: { tenant: 'canary' },
      }),
    );
    expect(body).toEqual({
      model: 'm',
      input: [{ role: 'user', content: 'Hi' }],
      temperature: 0,
      top_p: 0.5,
      max_output_tokens: 7,
      text: { format: { type: 'json_schema', name: 'output', schema, strict: true } },
      reasoning: { effort: 'high' },
      tools: [
        {
          type: 'function',
          name: 'weather',
          description: 'Looks.',
          parameters: schema,
          strict: false,
        },
        {
          type: 'function',
          name: 'time',
          parameters: { type: 'object', properties: {} },
          strict: false,
        },
      ],
      tool_choice: { type: 'function', name: 'time' },
      stream: true,
    });
    expect(bodyOf(prompt('Hi', { tools: [], toolChoice: 'required' }))).not.toHaveProperty(
      'tool_choice',
    );
    const tools = [{ name: 'time' }];
    expect(bodyOf(prompt('Hi', { tools, toolChoice: 'required' })).tool_choice).toBe('required');
  });

  it('gives no two calls the same id, which other providers do in each turn', () => {
    const call = { id: 'call_0', name: 'now', input: {} };
    const turn = [assistant('', [call]), toolResult(call, 'noon')];
    expect(bodyOf({ messages: [user('Hi'), ...turn, ...turn] }).input).toMatchObject([
      { role: 'user' },
      { type: 'function_call', call_id: 'call_0' },
      { type: 'function_call_output', call_id: 'call_0' },
      { type: 'function_call', call_id: 'call_0_2' },
      { type: 'function_call_output', call_id: 'call_0_2' },
    ]);
  });

  it('tells the conversation', () => {
    const calls = [{ id: 'a', name: 'weather', input: { city: 'Rome' } }];
    const messages = [
      system('Be brief.'),
      user('Weather?'),
      assistant('', calls),
      toolResult({ id: 'a', name: 'weather' }, 'sunny'),
      assistant('I look.', [{ id: 'b', name: 'time', input: '{bad' }]),
      assistant(''),
    ];
    expect(bodyOf({ messages }).input).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      { type: 'function_call', call_id: 'a', name: 'weather', arguments: '{"city":"Rome"}' },
      { type: 'function_call_output', call_id: 'a', output: 'sunny' },
      { role: 'assistant', content: 'I look.' },
      { type: 'function_call', call_id: 'b', name: 'time', arguments: '{bad' },
      { role: 'assistant', content: '' },
    ]);
  });

  it.each<[ContentPart, object]>([
    [
      { type: 'text', text: 'Hi' },
      { type: 'input_text', text: 'Hi' },
    ],
    [
      { type: 'image', image: 'https://a.example/b.png' },
      { type: 'input_image', image_url: 'https://a.example/b.png' },
    ],
    [
      { type: 'image', image: 'iVBO', mediaType: 'image/png' },
      { type: 'input_image', image_url: 'data:image/png;base64,iVBO' },
    ],
    [
      { type: 'file', file: 'https://a.example/b.pdf', mediaType: 'application/pdf' },
      { type: 'input_file', file_url: 'https://a.example/b.pdf' },
    ],
    [
      { type: 'file', file: 'JVBE', mediaType: 'application/pdf', name: 'a.pdf' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' },
    ],
  ])('writes the part %j', (part, expected) => {
    expect(bodyOf({ messages: [user([part])] }).input).toEqual([
      { role: 'user', content: [expected] },
    ]);
  });

  it('takes more fields from providerOptions, within its own ones too', () => {
    const body = bodyOf(
      prompt('Hi', {
        reasoning: { effort: 'low' },
        output: { schema: {} },
        temperature: 1,
        providerOptions: {
          openai: { reasoning: { summary: 'auto' }, text: { verbosity: 'low' }, store: false },
          mine: { store: true, temperature: undefined },
        },
      }),
      { name: 'mine' },
    );
    expect(body).toMatchObject({
      reasoning: { effort: 'low', summary: 'auto' },
      text: { format: { type: 'json_schema' }, verbosity: 'low' },
      store: true,
    });
    expect(body).not.toHaveProperty('temperature');
  });
});
