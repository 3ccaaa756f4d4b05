import { createParser } from 'eventsource-parser';
import { Pool } from 'undici';

interface Frame {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

const pool = new Pool('https://api.openai.com');

export const stream = async (content: string): Promise<void> => {
  const { body } = await pool.request({
    path: '/v1/chat/completions',
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
    body: JSON.stringify({
      model: 'gpt-5-mini',
      stream: true,
      messages: [{ role: 'user', content }],
    }),
  });
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data !== '[DONE]') console.log((JSON.parse(data) as Frame).choices[0]?.delta.content);
    },
  });
  const decoder = new TextDecoder();
  for await (const bytes of body) parser.feed(decoder.decode(bytes as Buffer, { stream: true }));
};
