import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';
import type { Connect } from './catalog.ts';

export const connect: Connect = (root) => {
  const provider = createOpenAICompatible({
    name: 'bench',
    apiKey: 'key',
    baseURL: `${root}/v1`,
    includeUsage: true,
  });
  const model = provider('gpt-5-mini');
  return async (prompt, onText) => {
    const { textStream } = streamText({ model, prompt });
    for await (const text of textStream) onText(text);
  };
};
