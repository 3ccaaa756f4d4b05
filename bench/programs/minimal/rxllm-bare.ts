import { openai, prompt, textDeltas } from 'rxllm';

const ask = openai({ model: 'gpt-5-mini', apiKey: 'key' });

export const stream = (content: string) =>
  ask(prompt(content))
    .pipe(textDeltas())
    .subscribe((text) => console.log(text));
