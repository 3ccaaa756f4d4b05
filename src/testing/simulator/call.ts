import type { SimulatorProtocol } from './errors';

/** A call, as the functions in the simulator's options see it. */
export interface SimulatedCall {
  /** Counts the requests from 1, in the order in which they came. */
  readonly id: number;
  readonly protocol: SimulatorProtocol;
  readonly model: string;
  /** The text of the last user message. */
  readonly question: string;
  readonly stream: boolean;
  /** How often this very request has come, this time included: a retry has 2 and more. */
  readonly attempt: number;
  /** The JSON of the request. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Why a request is not answered. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly code?: string;
}

/**
 * Reads the body of a request, `undefined` for one that is too large, or says what the
 * protocol's servers would object to.
 */
export function readCall(
  protocol: SimulatorProtocol,
  text: string | undefined,
): Omit<SimulatedCall, 'id' | 'attempt'> | Refusal {
  if (text === undefined) return { status: 413, message: 'The request is too large.' };
  const body = parse(text);
  if (!isRecord(body)) return { status: 400, message: 'The request body is not a JSON object.' };
  const { model, messages, stream } = body;
  if (typeof model !== 'string' || model === '') return missing(protocol, 'model');
  if (!Array.isArray(messages) || messages.length === 0) return missing(protocol, 'messages');
  if (protocol === 'anthropic' && !isCount(body['max_tokens'])) {
    return missing(protocol, 'max_tokens');
  }
  return { protocol, model, question: questionOf(messages), stream: stream === true, body };
}

/** How many tokens the caller allows. */
export function tokenLimit({ body }: SimulatedCall): number {
  const limit = body['max_completion_tokens'] ?? body['max_tokens'];
  return isCount(limit) ? limit : Infinity;
}

/** Whether the stream has to tell the usage. */
export function wantsUsage({ protocol, body }: SimulatedCall): boolean {
  const options = body['stream_options'];
  return protocol === 'anthropic' || (isRecord(options) && options['include_usage'] === true);
}

/** How many words were asked: a stand-in for a count of tokens. */
export function inputLength({ body }: SimulatedCall): number {
  return JSON.stringify([body['system'], body['messages']]).match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
}

function questionOf(messages: readonly unknown[]): string {
  const last = messages
    .filter(isRecord)
    .filter(({ role }) => role === 'user')
    .at(-1);
  const content = last?.['content'];
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) =>
      isRecord(part) && typeof part['text'] === 'string' ? part['text'] : '',
    )
    .join('');
}

function missing(protocol: SimulatorProtocol, field: string): Refusal {
  return protocol === 'anthropic'
    ? { status: 400, message: `${field}: Field required` }
    : {
        status: 400,
        message: `Missing required parameter: '${field}'.`,
        code: 'missing_required_parameter',
      };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}
