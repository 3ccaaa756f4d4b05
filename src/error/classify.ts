import { readErrorBody } from './error-body';
import { causeChain, isShareable, readCauses, thrownResponse } from './error-cause';
import { incident, nextStep } from './error-message';
import type { FailureRow } from './failure-table';
import { findRow } from './find-row';
import { decisions, LlmError } from './llm-error';
import { retryHint } from './retry-hint';
import { safeWord } from './secrets';

type Headers = Readonly<Record<string, string>>;

/** All that is known of a failure. */
export interface FailureSignal {
  /** The name of the provider, for the error's `provider` field. */
  readonly provider?: string | undefined;
  /** The HTTP status. */
  readonly status?: number | undefined;
  /** Response headers by lower-case name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The error body or in-stream error: parsed JSON, or text where it was not JSON. */
  readonly body?: unknown;
  /** The local clock when the response came, in milliseconds since 1970. */
  readonly receivedAt?: number | undefined;
  /** A transport's error, or any error of a foreign stream. */
  readonly cause?: unknown;
  /** Values that must not appear in the error, for example the API key. */
  readonly secrets?: readonly string[] | undefined;
}

/**
 * Makes the error for a failure: a failed response, an error inside a stream, or anything
 * that was thrown. An `LlmError` is returned as it is.
 *
 * Statuses and codes decide, through one table; the text of a message never does. What the
 * server wrote is not in the error, except for codes and ids that look like such.
 *
 * @param signal - See {@link FailureSignal}.
 *
 * @example
 * ```ts
 * http$.pipe(catchError((cause) => throwError(() => classify({ cause }))));
 * ```
 */
export function classify(signal: FailureSignal): LlmError {
  const { status = 0, body, cause } = signal;
  if (LlmError.is(cause)) return cause;
  const thrown = 'cause' in signal && body === undefined && status < 300;
  return thrown ? classifyThrown(signal) : classifyResponse(signal);
}

function classifyThrown({ cause, ...signal }: FailureSignal): LlmError {
  const chain = causeChain(cause);
  for (const link of chain) {
    if (LlmError.is(link)) return link;
    const response = thrownResponse(link);
    if (response) return classifyResponse({ ...signal, ...response });
  }
  const { provider, secrets = [] } = signal;
  const words = readCauses(chain);
  // The last row of thrown errors takes any word, so one without a word needs a stand-in.
  const { row, word } = findRow({ causes: words.length > 0 ? words : ['Error'] });
  const code = safeWord(words.length > 0 ? [word, ...words] : [], secrets);
  const retryable = row.retryable ?? decisions[row.kind].retryable;
  const who = provider === undefined ? '' : `${provider}: `;
  const shareable = isShareable(cause, secrets);
  const unknown = shareable ? 'see its cause' : 'its cause is left out, as it may hold a key';
  const next = nextStep(row.kind, row.advice ?? (retryable ? undefined : unknown), retryable);
  return new LlmError(`${who}${incident(row.kind)}${label(code)}: ${next}`, {
    ...row,
    provider,
    code,
    cause: shareable ? cause : undefined,
  });
}

function classifyResponse(signal: FailureSignal): LlmError {
  const { provider, headers = {}, body, receivedAt, cause, secrets = [] } = signal;
  const failed = signal.status !== undefined && signal.status >= 300;
  const said = readErrorBody(body);
  const status = failed ? signal.status : (said.status ?? signal.status);
  const { row, word } = findRow({ status, codes: said.codes });
  const code = safeWord([word, ...said.codes], secrets);
  // Servers send hints with good answers too: there they are not about this failure.
  const hints = failed && signal.status >= 400 ? headers : undefined;
  const retryAfter = retryHint(hints, body, receivedAt);
  const retryable = shouldRetry(row, hints?.['x-should-retry']);
  const next = nextStep(row.kind, row.advice, retryable, retryAfter);
  return new LlmError(
    `${provider ?? 'the server'} ${answer(status, body)}${label(code)}: ${next}`,
    {
      ...row,
      retryable,
      retryAfter,
      provider,
      status,
      code,
      requestId: safeWord([...idHeaders.map((name) => headers[name]), said.requestId], secrets),
      cause: isShareable(cause, secrets) ? cause : undefined,
    },
  );
}

const idHeaders = ['request-id', 'x-request-id', 'apim-request-id'];

/** What of the headers of a good answer is all that {@link classify} looks at. */
export function idsOf(headers: Headers): Headers {
  const ids: Record<string, string> = {};
  for (const name of idHeaders) {
    const id = headers[name];
    if (id !== undefined) ids[name] = id;
  }
  return ids;
}

function shouldRetry({ kind, retryable }: FailureRow, said: string | undefined): boolean {
  if (said === 'false') return false;
  if (said === 'true' && kind !== 'quota-exhausted') return true;
  return retryable ?? decisions[kind].retryable;
}

function answer(status: number | undefined, body: unknown): string {
  if (status !== undefined && status >= 300) return `answered ${String(status)}`;
  if (status === undefined || typeof body === 'object') return 'reported an error';
  return `answered ${String(status)} without an answer`;
}

function label(code: string | undefined): string {
  return code === undefined ? '' : ` (${code})`;
}
