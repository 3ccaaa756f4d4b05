import { ChatOpenAI } from '@langchain/openai';

const model = new ChatOpenAI({ model: 'gpt-5-mini', apiKey: 'key' });

export const stream = async (content: string): Promise<void> => {
  for await (const chunk of await model.stream(content)) console.log(chunk.text);
};
