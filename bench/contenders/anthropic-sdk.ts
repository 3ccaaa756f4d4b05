import Anthropic from '@anthropic-ai/sdk';
import type { Connect } from './catalog.ts';

export const connect: Connect = (root) => {
  const client = new Anthropic({ apiKey: 'key', baseURL: root });
  return async (prompt, onText) => {
    const stream = await client.messages.create({
      model: 'claude-haiku-4-5',
      max_tokens: 4096,
      messages: [{ role: 'user', content: prompt }],
      stream: true,
    });
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
        onText(event.delta.text);
      }
    }
  };
};
