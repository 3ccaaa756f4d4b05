import { coalesce, openai, prompt, standard, textSoFar } from 'rxllm';

const ask = standard(
  { gpt: openai({ model: 'gpt-5-mini', apiKey: 'key' }) },
  {
    limitRate: { requests: 500, tokens: 200_000 },
    admission: { maxInFlight: 64 },
    cache: { ttl: 600_000 },
  },
);

export const stream = (content: string) =>
  ask(prompt(content))
    .pipe(coalesce({ span: 50 }), textSoFar())
    .subscribe((text) => console.log(text));
