import { createParser } from 'eventsource-parser';

interface Frame {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

export const stream = async (content: string): Promise<void> => {
  const { body } = await fetch('https://api.openai.com/v1/chat/completions', {
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
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    parser.feed(piece.value);
  }
};
