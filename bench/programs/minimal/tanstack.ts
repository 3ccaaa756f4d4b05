import { chat } from '@tanstack/ai';
import { createOpenaiChatCompletions } from '@tanstack/ai-openai';

const adapter = createOpenaiChatCompletions('gpt-5-mini', 'key');

export const stream = async (content: string): Promise<void> => {
  for await (const event of chat({ adapter, messages: [{ role: 'user', content }] })) {
    if (event.type === 'TEXT_MESSAGE_CONTENT') console.log(event.delta);
  }
};
