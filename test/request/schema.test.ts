import { describe, expect, it } from 'vitest';
import { chatRequestSchema } from '../../src/request/schema';

const messages = [{ role: 'user', content: 'Why?' }];
const full = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image', image: 'aGk=', mediaType: 'image/png' },
        { type: 'file', file: 'aGk=', mediaType: 'application/pdf', name: 'a.pdf' },
      ],
    },
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ id: '1', name: 'look', input: { deep: [1] } }],
    },
    { role: 'tool', toolCallId: '1', name: 'look', content: 'a cat', isError: false },
  ],
  model: 'some-model',
  temperature: 0.5,
  topP: 1,
  maxOutputTokens: 100,
  stop: ['END'],
  seed: 7,
  tools: [{ name: 'look', description: 'Looks.', parameters: { type: 'object' } }],
  toolChoice: { name: 'look' },
  output: { schema: { type: 'object' }, name: 'cat', strict: true },
  reasoning: { effort: 'low', maxTokens: 10 },
  providerOptions: { openai: { logprobs: true } },
  context: {
    tenant: 'a',
    session: 's',
    labels: { team: 'x' },
    priority: -1,
    deadline: 1000,
  },
};

describe('chatRequestSchema', () => {
  it('passes on a request with every field as it is', () => {
    expect(chatRequestSchema.parse(full)).toEqual(full);
  });

  it('takes the calls of an answer as they are', () => {
    const call = { id: '1', name: 'look', input: '{', invalid: true };
    const [message] = chatRequestSchema.parse({
      messages: [{ role: 'assistant', content: '', toolCalls: [call] }],
    }).messages;
    expect(message).toMatchObject({ toolCalls: [{ id: '1', name: 'look', input: '{' }] });
  });

  it('needs nothing but messages', () => {
    expect(chatRequestSchema.parse({ messages })).toEqual({ messages });
  });

  it.each([
    ['no messages', {}],
    ['an empty conversation', { messages: [] }],
    ['an unknown role', { messages: [{ role: 'robot', content: '' }] }],
    ['a message without content', { messages: [{ role: 'user' }] }],
    ['an unknown part', { messages: [{ role: 'user', content: [{ type: 'smell' }] }] }],
    [
      'a file without its type',
      { messages: [{ role: 'user', content: [{ type: 'file', file: 'x' }] }] },
    ],
    ['a tool result for no call', { messages: [{ role: 'tool', name: 'x', content: '' }] }],
    ['a negative temperature', { messages, temperature: -1 }],
    ['a temperature that is no number', { messages, temperature: NaN }],
    ['a share over 1', { messages, topP: 1.1 }],
    ['no tokens', { messages, maxOutputTokens: 0 }],
    ['half a token', { messages, maxOutputTokens: 1.5 }],
    ['a broken seed', { messages, seed: 0.5 }],
    ['an unknown choice of tools', { messages, toolChoice: 'maybe' }],
    ['a tool without a name', { messages, tools: [{}] }],
    ['an unknown effort', { messages, reasoning: { effort: 'heroic' } }],
    ['options that belong to no provider', { messages, providerOptions: { openai: 1 } }],
    ['a field that it does not know', { messages, temprature: 1 }],
    [
      'a field of a tool that it does not know',
      { messages, tools: [{ name: 'a', inputSchema: {} }] },
    ],
    ['a field of a message that it does not know', { messages: [{ ...messages[0], name: 'me' }] }],
    ['a priority that is no number', { messages, context: { priority: 'high' } }],
  ])('refuses %s', (_, request) => {
    expect(chatRequestSchema.safeParse(request).success).toBe(false);
  });
});
