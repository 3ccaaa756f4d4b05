import type { LlmErrorKind } from './llm-error';

/** What the user does next about an error that asking again doesn't mend. */
const advice: Partial<Record<LlmErrorKind, string>> = {
  'invalid-request': 'correct the request',
  unauthorized: 'check the API key and what it is allowed to do',
  'quota-exhausted': 'check the plan and the balance of this API key',
  'content-filtered': 'change the prompt',
  'context-too-long': 'shorten the messages, or take a model with a larger context',
};

/** What happened where no response came, or no whole one. */
const incidents: Partial<Record<LlmErrorKind, string>> = {
  network: 'the connection failed',
  'timed-out': 'the answer did not come in time',
  truncated: 'the answer broke off',
  malformed: 'the answer could not be read',
};

export function incident(kind: LlmErrorKind): string {
  return incidents[kind] ?? 'the call failed';
}

/** What the user does next. */
export function nextStep(
  kind: LlmErrorKind,
  special: string | undefined,
  retryable: boolean,
  retryAfter?: number,
): string {
  if (!retryable) return special ?? advice[kind] ?? 'the server says not to ask again';
  const again = `ask again ${retryAfter === undefined ? 'later' : `in ${duration(retryAfter)}`}`;
  return special === undefined ? again : `${special}, then ${again}`;
}

function duration(milliseconds: number): string {
  return milliseconds < 1000
    ? `${String(milliseconds)} ms`
    : `${String(Math.ceil(milliseconds / 1000))} s`;
}
