import { anthropic, openai, prompt, route, toAnswer, user, type ChatRequest } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { lastValueFrom, tap } from 'rxjs';

const server = await simulator({ answer: 'Done.' });
const { openai: baseURL } = server;

// The first rule that fits decides; one without `when` takes the rest.
const ask = route(
  [
    { to: 'eyes', when: { needs: ['images'] } },
    { to: 'coder', when: { keywords: ['code', 'TypeScript'] } },
    { to: 'large', when: { minLength: 200 } },
    { to: 'large', when: ({ context }) => (context?.priority ?? 0) > 5 },
    { to: 'small' },
  ],
  {
    eyes: openai({ model: 'gpt-5', apiKey: 'any', baseURL }),
    coder: anthropic({ model: 'claude-sonnet-4-5', apiKey: 'any', baseURL: server.anthropic }),
    large: openai({ model: 'gpt-5', apiKey: 'any', baseURL }),
    small: openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL }),
  },
);

const picture = { type: 'image', image: 'https://example.com/cat.png' } as const;
const requests: readonly ChatRequest[] = [
  prompt('Is water wet?'),
  prompt('Decode this barcode.'),
  prompt('Review my code!'),
  prompt('It is urgent.', { context: { priority: 9 } }),
  { messages: [user([{ type: 'text', text: 'Who is this?' }, picture])] },
];

for (const request of requests) {
  await lastValueFrom(
    ask(request).pipe(
      tap((event) => {
        if (event.type === 'route') console.log(`${event.name}, by ${event.reason ?? 'choice'}`);
      }),
      toAnswer(),
    ),
  );
}

await server.close();
