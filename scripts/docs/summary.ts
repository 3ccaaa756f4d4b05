import { type ChatAnswer, type ChatRequest, LlmError, type Outcome } from 'rxllm';

/** A value that is no event, in a few characters and a few words below. */
export interface Summary {
  readonly text: string;
  readonly label: readonly string[];
}

/** Sums up a value: strings as they are, the library's own shapes by what they are about. */
export function summary(value: unknown): Summary {
  if (typeof value === 'string') return { text: `'${value}'`, label: [] };
  if (isRequest(value)) return { text: question(value), label: [] };
  if (isOutcome(value)) return outcome(value);
  if (isAnswer(value)) return { text: `'${value.text}'`, label: ['answer'] };
  return { text: plain(value), label: [] };
}

function outcome(value: Outcome): Summary {
  const label = [`outcome ${value.index}`];
  if (value.ok) return { text: `✓ '${value.answer.text}'`, label };
  return { text: `✗ ${LlmError.is(value.error) ? value.error.kind : 'error'}`, label };
}

function question({ messages }: ChatRequest): string {
  const content = messages.at(-1)?.content;
  return typeof content === 'string' ? content : 'request';
}

const has = (value: unknown, ...fields: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && fields.every((field) => field in value);

const isRequest = (value: unknown): value is ChatRequest => has(value, 'messages');
const isOutcome = (value: unknown): value is Outcome => has(value, 'index', 'request', 'ok');
const isAnswer = (value: unknown): value is ChatAnswer => has(value, 'text', 'finish', 'usage');

function plain(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`;
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${plain(field)}`);
  return `{ ${fields.join(', ')} }`;
}
