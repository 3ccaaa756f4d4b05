import { anthropic, openai, openaiResponses, prompt, type Handler } from 'rxllm';
import type { Connect, Stream, Wire } from './catalog.ts';

/** A provider and nothing around it. */
export function provider(root: string, wire: Wire): Handler {
  if (wire === 'anthropic') {
    return anthropic({ model: 'claude-haiku-4-5', apiKey: 'key', baseURL: root });
  }
  const make = wire === 'chat' ? openai : openaiResponses;
  return make({ model: 'gpt-5-mini', apiKey: 'key', baseURL: `${root}/v1` });
}

export const connect: Connect = (root, wire): Stream => {
  const ask = provider(root, wire);
  return (text, onText) =>
    new Promise((resolve, reject) => {
      ask(prompt(text)).subscribe({
        next: (event) => {
          if (event.type === 'text-delta') onText(event.text);
        },
        error: reject,
        complete: resolve,
      });
    });
};
