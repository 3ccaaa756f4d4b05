import type { Recording } from './recording';

/** What of an answer is there, as its protocol defines it. */
export type Verdict =
  /** The end of the answer has been delivered. */
  | 'whole'
  /** It has not. */
  | 'open'
  /** The server has reported an error. */
  | 'failed';

interface Frame {
  readonly event: string;
  readonly json: unknown;
  readonly text: string;
}

/** Judges what was delivered of a body. It shares no code with what reads the bodies. */
export function judge({ protocol, expected }: Recording, body: string): Verdict {
  const { format } = expected;
  if (format === 'json') return judgeBody(expected.http_status ?? 200, body, expected.error);
  const frames = format === 'ndjson' ? linesOf(body) : eventsOf(body);
  let verdict: Verdict = 'open';
  for (const frame of frames) {
    if (fails(frame)) return 'failed';
    if (ends(protocol, frame)) verdict = 'whole';
    // Nothing that comes behind these is looked at.
    if (verdict === 'whole' && isLast(protocol, frame)) return verdict;
  }
  return verdict;
}

function judgeBody(status: number, body: string, error: unknown): Verdict {
  if (parse(body) === undefined) return status === 200 ? 'open' : 'failed';
  return error === null ? 'whole' : 'failed';
}

const SIGNS_OF_LIFE = ['ping', 'heartbeat', 'keepalive', 'keep-alive'];

function linesOf(body: string): readonly Frame[] {
  return body.split('\n').flatMap((text) => {
    const json = parse(text);
    return json === undefined ? [] : [{ event: '', json, text }];
  });
}

function eventsOf(body: string): readonly Frame[] {
  const frames: Frame[] = [];
  let event = '';
  let data: string[] = [];
  const flush = (ended: boolean): void => {
    const text = data.join('\n');
    const json = parse(text);
    const known =
      json !== undefined || text === '[DONE]' || text === '' || SIGNS_OF_LIFE.includes(event);
    // The last event may be cut; another one that can't be read is an error of the server.
    if (known || event === 'error') frames.push({ event, json, text });
    else if (ended) frames.push({ event: 'error', json, text });
    event = '';
    data = [];
  };
  for (const line of body.split('\n')) {
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (line === '') flush(true);
    else if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'error') frames.push({ event: 'error', json: parse(value), text: value });
  }
  // The blank line behind the last event may be missing.
  flush(false);
  return frames;
}

interface Fields {
  readonly [name: string]: unknown;
}

const fieldsOf = (json: unknown): Fields =>
  typeof json === 'object' && json !== null ? (json as Fields) : {};
const listOf = (json: unknown): readonly Fields[] =>
  (Array.isArray(json) ? json : []).map(fieldsOf);

const failures = ['error', 'insufficient_system_resource', 'network_error', 'abort'];

function fails({ event, json }: Frame): boolean {
  const { type, object, error, choices, candidates, response } = fieldsOf(json);
  return (
    event === 'error' ||
    type === 'error' ||
    object === 'error' ||
    Boolean(error) ||
    type === 'response.failed' ||
    type === 'response.cancelled' ||
    ['failed', 'cancelled'].includes(String(fieldsOf(response)['status'])) ||
    listOf(json).some((item) => Boolean(item['error'])) ||
    listOf(choices).some((choice) => failures.includes(String(choice['finish_reason']))) ||
    listOf(choices).some((choice) => Boolean(choice['error'])) ||
    listOf(candidates).some((candidate) => candidate['finishReason'] === 'MALFORMED_FUNCTION_CALL')
  );
}

function ends(protocol: string, { json, text }: Frame): boolean {
  const fields = fieldsOf(json);
  switch (protocol) {
    case 'openai-chat':
      return text === '[DONE]' || listOf(fields['choices']).some(isFirstAndFinished);
    case 'openai-responses':
      return (
        fields['type'] === 'response.completed' ||
        fields['type'] === 'response.incomplete' ||
        fields['object'] === 'response'
      );
    case 'anthropic':
      return fields['type'] === 'message_stop' || fields['type'] === 'message';
    case 'gemini':
      return (
        said(fieldsOf(fields['promptFeedback'])['blockReason'], 'BLOCK_REASON_UNSPECIFIED') ||
        listOf(fields['candidates']).some(
          ({ index = 0, finishReason }) =>
            index === 0 && said(finishReason, 'FINISH_REASON_UNSPECIFIED'),
        )
      );
    case 'ollama':
      return fields['done'] === true;
    default:
      throw new Error(`nothing is known of ${protocol}`);
  }
}

/** Whether nothing can follow; the others end with the connection. */
function isLast(protocol: string, { text }: Frame): boolean {
  return protocol === 'openai-chat' ? text === '[DONE]' : protocol !== 'gemini';
}

function isFirstAndFinished({ index, finish_reason }: Fields): boolean {
  return (index ?? 0) === 0 && said(finish_reason, 'null');
}

function said(word: unknown, noWord: string): boolean {
  return typeof word === 'string' && word !== '' && word !== noWord;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
