import { chat } from '@tanstack/ai';
import { createOpenaiChatCompletions } from '@tanstack/ai-openai';
import type { Connect } from './catalog.ts';

export const connect: Connect = (root) => {
  const adapter = createOpenaiChatCompletions('gpt-5-mini', 'key', { baseURL: `${root}/v1` });
  return async (prompt, onText) => {
    const stream = chat({ adapter, messages: [{ role: 'user', content: prompt }] });
    for await (const event of stream) {
      if (event.type === 'TEXT_MESSAGE_CONTENT') onText(event.delta);
      if (event.type === 'RUN_ERROR') throw new Error(event.message);
    }
  };
};
