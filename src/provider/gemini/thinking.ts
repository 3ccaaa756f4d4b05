import type { ChatRequest } from '../../request/chat-request';

const budgets = { minimal: 1024, low: 1024, medium: 8192, high: 24_576 } as const;

/** How a request for reasoning is said to a model of Gemini: newer ones take a level. */
export function encodeThinking(reasoning: ChatRequest['reasoning'], model: string): unknown {
  const { effort, maxTokens } = reasoning ?? {};
  const includeThoughts = effort !== 'none';
  if (maxTokens !== undefined && includeThoughts) {
    return { includeThoughts, thinkingBudget: maxTokens };
  }
  if (effort === undefined) return undefined;
  // Of an unknown name, a budget is what most take.
  return (generation(model) ?? 2) < 3
    ? { includeThoughts, thinkingBudget: effort === 'none' ? leastBudget(model) : budgets[effort] }
    : {
        includeThoughts,
        thinkingLevel: effort === 'none' || effort === 'minimal' ? leastLevel(model) : effort,
      };
}

/** The generation that a model's name tells; `undefined` for names like `gemini-flash-latest`. */
export function generation(model: string): number | undefined {
  const [, major] = /gemini-(\d+)/.exec(model) ?? [];
  return major === undefined ? undefined : Number(major);
}

// Many can't be told not to think at all, and refuse less than this.
function leastBudget(model: string): number {
  return /\bpro\b/.test(model) ? 128 : 0;
}

// All take a low level; less is refused but by these.
function leastLevel(model: string): 'minimal' | 'low' {
  return /flash-lite|gemini-3(?:\.[0-6])?-flash/.test(model) ? 'minimal' : 'low';
}
