import type { ChatRequest } from '../../request/schema';

const budgets = { none: 0, minimal: 1024, low: 1024, medium: 8192, high: 24_576 } as const;

/** How a request for reasoning is said to a model of Gemini: newer ones take a level. */
export function encodeThinking(reasoning: ChatRequest['reasoning'], model: string): unknown {
  const { effort, maxTokens } = reasoning ?? {};
  const includeThoughts = effort !== 'none';
  if (maxTokens !== undefined && includeThoughts) {
    return { includeThoughts, thinkingBudget: maxTokens };
  }
  if (effort === undefined) return undefined;
  return generation(model) < 3
    ? { includeThoughts, thinkingBudget: budgets[effort] }
    : // These can't be told not to think at all.
      { includeThoughts, thinkingLevel: effort === 'none' ? 'minimal' : effort };
}

/** The generation that a model's name tells; of an unknown name, the one that takes the most. */
export function generation(model: string): number {
  return Number(/gemini-(\d+)/.exec(model)?.[1] ?? 2);
}
