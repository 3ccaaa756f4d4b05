/**
 * The least programs that stream an answer to the console, by file name. Each makes its model when
 * it is imported, and asks it when `stream` is called.
 */
export const programs = {
  'an empty file': 'nothing',
  'undici and eventsource-parser': 'limit',
  'fetch and eventsource-parser': 'fetch',
  'rxllm-bare': 'rxllm-bare',
  'rxllm-full': 'rxllm-full',
  openai: 'openai',
  'anthropic-sdk': 'anthropic-sdk',
  langchain: 'langchain',
  'ai-sdk': 'ai-sdk',
  tanstack: 'tanstack',
  effect: 'effect',
} as const;

export type Program = keyof typeof programs;

export function urlOf(program: Program): URL {
  return new URL(`${programs[program]}.ts`, import.meta.url);
}
