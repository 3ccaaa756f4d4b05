import type { ChatRequest } from '../request/chat-request';

/** The priority that a request's context gives, or 0. */
export function byContext(request: ChatRequest): number {
  return request.context?.priority ?? 0;
}
