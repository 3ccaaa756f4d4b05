import type { ChatRequest } from '../request/schema';

/** The priority that a request's context gives, or 0. */
export function byContext(request: ChatRequest): number {
  return request.context?.priority ?? 0;
}
