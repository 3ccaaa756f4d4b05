import { LlmError } from '../error/llm-error';
import { isWord } from '../error/secrets';

/** The error for a request that no provider can be sent, mostly one that TypeScript would refuse. */
export function invalidRequest(provider: string, what: string): LlmError {
  return new LlmError(`${provider}: ${what}`, { kind: 'invalid-request', provider });
}

/** The error for a message that is of none of the roles. */
export function unknownRole(provider: string, message: never): LlmError {
  const { role } = message as { readonly role?: unknown };
  return invalidRequest(
    provider,
    `a message's role must be system, user, assistant or tool, got ${named(role)}`,
  );
}

/** What was given in place of a word; anything else may be of the question. */
export function named(value: unknown): string {
  return isWord(value) ? `'${value}'` : typeof value;
}
