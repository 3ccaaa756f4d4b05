/** The protocol that a contender speaks; figures compare within one. */
export type Wire = 'chat' | 'responses' | 'anthropic';

/**
 * Streams one answer to the prompt and resolves when it has ended well. Every piece of text is
 * handed over as it comes.
 */
export type Stream = (prompt: string, onText: (text: string) => void) => Promise<void>;

/** What each file of this folder exports as `connect`. `root` is the URL that `/v1` follows. */
export type Connect = (root: string, wire: Wire) => Stream | Promise<Stream>;

/** Who takes part on each wire, by file name; the first is what all others are compared with. */
export const catalog: Readonly<Record<Wire, readonly string[]>> = {
  chat: ['limit', 'rxllm-bare', 'rxllm-full', 'openai', 'langchain', 'ai-sdk', 'tanstack'],
  responses: ['limit', 'rxllm-bare', 'rxllm-full', 'effect'],
  anthropic: ['limit', 'rxllm-bare', 'rxllm-full', 'anthropic-sdk'],
};

/** What each of them is, for those who read the results. */
export const about: Readonly<Record<string, string>> = {
  limit: 'undici’s `dispatch`, eventsource-parser and JSON.parse, summing text: the baseline',
  'rxllm-bare': 'a provider of rxllm, with nothing around it',
  'rxllm-full':
    '`standard()` with every layer: deadlines, breaker, concurrency, rate, cooldown, retry, ' +
    'failover, admission and cache (each prompt is new), then `coalesce({ span: 50 })`; its limits ' +
    'are set so high that they count and never hold back',
  openai: 'openai, `chat.completions.create({ stream: true })`',
  langchain: '@langchain/openai, `ChatOpenAI.stream`',
  'ai-sdk': 'ai with @ai-sdk/openai-compatible, `streamText().textStream`',
  tanstack: '@tanstack/ai with @tanstack/ai-openai, `chat()` on chat completions',
  effect: '@effect/ai-openai, `LanguageModel.streamText`',
  'anthropic-sdk': '@anthropic-ai/sdk, `messages.create({ stream: true })`',
};

/** What bench:quick looks at. */
export const quickly: readonly string[] = ['limit', 'rxllm-bare', 'rxllm-full', 'openai'];

/** Loads a contender, in the process that is to be measured. */
export async function connect(name: string, root: string, wire: Wire): Promise<Stream> {
  const contender = (await import(`./${name}.ts`)) as { readonly connect: Connect };
  return contender.connect(root, wire);
}
