import { ChatOpenAI } from '@langchain/openai';
import type { Connect } from './catalog.ts';

export const connect: Connect = (root) => {
  const model = new ChatOpenAI({
    model: 'gpt-5-mini',
    apiKey: 'key',
    configuration: { baseURL: `${root}/v1` },
  });
  return async (prompt, onText) => {
    for await (const chunk of await model.stream(prompt)) {
      if (chunk.text) onText(chunk.text);
    }
  };
};
