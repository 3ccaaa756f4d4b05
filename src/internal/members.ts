import { LlmError } from '../error/llm-error';
import type { Handler } from '../handler';
import type { ChatRequest } from '../request/chat-request';

/** Handlers by the names that events and errors use. */
export type Members<Request, Event> = Readonly<Record<string, Handler<Request, Event>>>;

/** The members in order; refuses an empty record, and what is not a handler. */
export function memberEntries<Request, Event>(
  combinator: string,
  members: Members<Request, Event>,
): readonly (readonly [string, Handler<Request, Event>])[] {
  const entries = Object.entries(members);
  if (entries.length === 0) {
    throw new RangeError(`${combinator}: needs at least one member, got an empty record`);
  }
  for (const [name, handler] of entries) {
    if (typeof handler === 'function') continue;
    throw new TypeError(`${combinator}: member '${name}' must be a handler, got ${typeof handler}`);
  }
  return entries;
}

/** The error of a group of which every member has failed. */
export function exhausted(
  combinator: string,
  failures: readonly { readonly name: string; readonly error: unknown }[],
): LlmError {
  const list = failures.map(({ name, error }) => `${name} (${describe(error)})`).join(', ');
  return new LlmError(`${combinator}: every member failed: ${list}; see errors`, {
    kind: 'exhausted',
    errors: failures.map(({ error }) => error),
  });
}

function describe(error: unknown): string {
  return LlmError.is(error) ? error.kind : 'foreign error';
}

/** Notices are chat events, so a stream of another type (embeddings, say) gets none. */
export function isChatRequest(request: unknown): request is ChatRequest {
  return Array.isArray((request as { messages?: unknown } | null | undefined)?.messages);
}
