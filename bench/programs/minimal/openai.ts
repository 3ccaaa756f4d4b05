import OpenAI from 'openai';

const client = new OpenAI({ apiKey: 'key' });

export const stream = async (content: string): Promise<void> => {
  const answer = await client.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content }],
    stream: true,
  });
  for await (const chunk of answer) console.log(chunk.choices[0]?.delta.content);
};
