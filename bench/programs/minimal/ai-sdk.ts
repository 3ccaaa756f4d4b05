import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';

const provider = createOpenAICompatible({
  name: 'openai',
  apiKey: 'key',
  baseURL: 'https://api.openai.com/v1',
});
const model = provider('gpt-5-mini');

export const stream = async (prompt: string): Promise<void> => {
  for await (const text of streamText({ model, prompt }).textStream) console.log(text);
};
