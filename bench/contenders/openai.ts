import OpenAI from 'openai';
import type { Connect } from './catalog.ts';

export const connect: Connect = (root) => {
  const client = new OpenAI({ apiKey: 'key', baseURL: `${root}/v1` });
  return async (prompt, onText) => {
    const stream = await client.chat.completions.create({
      model: 'gpt-5-mini',
      messages: [{ role: 'user', content: prompt }],
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      const text = chunk.choices[0]?.delta.content;
      if (text) onText(text);
    }
  };
};
