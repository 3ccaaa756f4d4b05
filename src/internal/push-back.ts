import { decisions, type LlmError } from '../error/llm-error';

/**
 * Whether a server asks for less: no further request until it says so, or none at all. What is
 * refused on this side, by an open circuit say, says nothing of the others.
 */
export function isPushBack({ kind, retryable, retryAfter, status }: LlmError): boolean {
  if (kind === 'circuit-open') return false;
  const forbidden = !retryable && decisions[kind].retryable;
  // A limit of this side: a server forbids retries in the headers of an answer.
  if (kind === 'rate-limited' && forbidden && status === undefined) return false;
  return kind === 'rate-limited' || retryAfter !== undefined || forbidden;
}
