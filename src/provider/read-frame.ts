import { LlmError } from '../error/llm-error';
import type { AnswerContext } from './decoder';
import { asObject } from './json';

// Some servers keep a stream alive with events whose data is a clock or plain words.
const KEEP_ALIVE = /^(?:ping|heart-?beat|keep-?alive)$/i;

const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * The JSON of a frame, or `undefined` for one that says nothing (empty, `[DONE]`, a sign of life).
 *
 * @throws `answer.failure(…)` for an error in any of its shapes, and an `LlmError` of kind
 * `malformed` for what is not JSON.
 */
export function readFrame(answer: AnswerContext, data: string, event: string | undefined): unknown {
  // Most frames have nothing around their object.
  const bare = data.charCodeAt(0) === OPEN && data.charCodeAt(data.length - 1) === CLOSE;
  const text = bare ? data : data.trim();
  // The words of an error need not be JSON.
  if (event === 'error') throw answer.failure(parse(text) ?? text);
  if (!bare && (text === '' || text === '[DONE]')) return undefined;
  const json = parse(text);
  if (json === undefined) {
    if (event !== undefined && KEEP_ALIVE.test(event)) return undefined;
    throw malformed(answer.provider, 'a frame of the stream is not JSON');
  }
  if (reportsError(json)) throw answer.failure(json);
  return json;
}

/** Tells an error object: with an `error` in it, flat, or in a list. */
export function reportsError(json: unknown): boolean {
  return Array.isArray(json) ? json.some(isError) : isError(json);
}

function isError(json: unknown): boolean {
  const frame = asObject<{ type?: unknown; object?: unknown; error?: unknown }>(json);
  return frame?.type === 'error' || frame?.object === 'error' || Boolean(frame?.error);
}

/** The error for an answer that breaks its own protocol. `what` must not quote the server. */
export function malformed(provider: string, what: string): LlmError {
  return new LlmError(`${provider}: ${what}; it may be asked again`, {
    kind: 'malformed',
    provider,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
