import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ apiKey: 'key' });

export const stream = (content: string): unknown =>
  client.messages
    .stream({
      model: 'claude-haiku-4-5',
      max_tokens: 4096,
      messages: [{ role: 'user', content }],
    })
    .on('text', (text) => console.log(text));
