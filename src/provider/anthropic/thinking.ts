import type { ChatRequest } from '../../request/chat-request';

/** How a request for reasoning is said to a model of Anthropic. */
export interface Thinking {
  readonly thinking?: unknown;
  readonly effort?: string | undefined;
  /** What the thinking may take of the answer's tokens. */
  readonly tokens: number;
  /** What the answer's limit has to be above. */
  readonly below: number;
}

/** The smallest budget that the API takes. */
const LEAST_BUDGET = 1024;

const budgets = { minimal: LEAST_BUDGET, low: 2048, medium: 8192, high: 16_384 } as const;

/** The first version of Claude that measures its thinking itself, and the first that does nothing else. */
const ADAPTIVE = 4.06;
const WITHOUT_BUDGETS = 4.07;

/**
 * A budget goes as it is, unless the model refuses all. An effort goes as an effort to the models
 * that measure their thinking themselves, and as a budget to those that know nothing else. Where
 * a request with a budget would be refused, there is no thinking.
 */
export function encodeThinking(request: ChatRequest, model: string): Thinking {
  const { effort, maxTokens } = request.reasoning ?? {};
  if (effort === 'none') return disabled;
  const tokens = maxTokens ?? (effort && budgets[effort]);
  if (tokens === undefined) return { tokens: 0, below: 0 };
  const first = maxTokens === undefined ? ADAPTIVE : WITHOUT_BUDGETS;
  if (versionOf(model) < first) return enabled(tokens, request);
  return {
    // The newest models think unseen unless they are asked to show it.
    thinking: { type: 'adaptive', display: 'summarized' },
    effort: effort === 'minimal' ? 'low' : effort,
    tokens,
    below: 0,
  };
}

const disabled: Thinking = { thinking: { type: 'disabled' }, tokens: 0, below: 0 };

function enabled(tokens: number, request: ChatRequest): Thinking {
  if (answersTools(request) || forcesTool(request)) return disabled;
  const budget = Math.max(tokens, LEAST_BUDGET);
  return { thinking: { type: 'enabled', budget_tokens: budget }, tokens: budget, below: budget };
}

// The thoughts that led to a call are then to be sent back with it, and a conversation has none.
function answersTools({ messages }: ChatRequest): boolean {
  const roles = messages.map(({ role }) => role);
  return roles.lastIndexOf('tool') > roles.lastIndexOf('assistant');
}

function forcesTool({ tools = [], toolChoice = 'auto' }: ChatRequest): boolean {
  return tools.length > 0 && toolChoice !== 'auto' && toolChoice !== 'none';
}

// 4.05 for Claude 4.5, as in `claude-haiku-4-5` or `claude-sonnet-4.5`; nothing for Claude 3
// (`claude-3-7-sonnet-latest`) and the models of others that speak this protocol.
function versionOf(model: string): number {
  if (!model.includes('claude') || /claude-\d/.test(model)) return 0;
  const [, major, minor = '0'] = /-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(model) ?? [];
  return major === undefined ? Infinity : Number(major) + Number(minor) / 100;
}
