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

/** What bench:quick looks at. */
export const quickly: readonly string[] = ['limit', 'rxllm-bare', 'rxllm-full', 'openai'];

/** Loads a contender, in the process that is to be measured. */
export async function connect(name: string, root: string, wire: Wire): Promise<Stream> {
  const contender = (await import(`./${name}.ts`)) as { readonly connect: Connect };
  return contender.connect(root, wire);
}
