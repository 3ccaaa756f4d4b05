/**
 * The least programs that stream an answer to the console, by file name. Each makes its model when
 * it is imported, and asks it when `stream` is called.
 */
export const programs = {
  nothing: 'nothing',
  limit: 'limit',
  'limit-fetch': 'fetch',
  'rxllm-bare': 'rxllm-bare',
  'rxllm-full': 'rxllm-full',
  openai: 'openai',
  'anthropic-sdk': 'anthropic-sdk',
  langchain: 'langchain',
  'ai-sdk': 'ai-sdk',
  tanstack: 'tanstack',
  effect: 'effect',
} as const;

/** What is there to compare with: an empty file, and the parts alone, with undici or fetch. */
export const references: readonly string[] = ['nothing', 'limit', 'limit-fetch'];

export type Program = keyof typeof programs;

export function urlOf(program: Program): URL {
  return new URL(`${programs[program]}.ts`, import.meta.url);
}
