import { describe, expect, it } from 'vitest';
import { assistant, prompt, system, toolResult, user } from '../../src/request/messages';
import { chatRequestSchema } from '../../src/request/schema';

describe('the message helpers', () => {
  it('make what the schema takes', () => {
    const call = { id: 'call_1', name: 'weather', input: { city: 'Bern' } };
    const messages = [
      system('Be brief.'),
      user('How is the weather?'),
      user([
        { type: 'text', text: 'Here?' },
        { type: 'image', image: 'https://example.com/a.png' },
      ]),
      assistant('Let me look.', [call]),
      toolResult(call, '21 °C'),
      assistant('Warm.'),
    ];
    expect(chatRequestSchema.parse({ messages }).messages).toEqual(messages);
    expect(messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'How is the weather?' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Here?' },
          { type: 'image', image: 'https://example.com/a.png' },
        ],
      },
      { role: 'assistant', content: 'Let me look.', toolCalls: [call] },
      { role: 'tool', toolCallId: 'call_1', name: 'weather', content: '21 °C' },
      { role: 'assistant', content: 'Warm.' },
    ]);
  });

  it('tell that a tool has failed', () => {
    const failed = toolResult({ id: '1', name: 'weather' }, 'no such city', { isError: true });
    expect(failed).toMatchObject({ toolCallId: '1', content: 'no such city', isError: true });
  });

  it('a plain answer has no list of tool calls at all', () => {
    expect(assistant('Hi')).not.toHaveProperty('toolCalls');
  });
});

describe('prompt', () => {
  it('asks one question', () => {
    expect(prompt('Why?')).toEqual({ messages: [{ role: 'user', content: 'Why?' }] });
  });

  it('asks its own question, also with the rest of another request', () => {
    const other = { messages: [user('Other?')], seed: 1 };
    expect(prompt('Why?', other)).toEqual({ messages: [user('Why?')], seed: 1 });
  });

  it('takes the rest of a request', () => {
    const context = { tenant: 'a' };
    expect(prompt('Why?', { temperature: 0, context })).toEqual({
      messages: [{ role: 'user', content: 'Why?' }],
      temperature: 0,
      context,
    });
  });
});
