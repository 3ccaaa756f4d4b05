import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a recording must be read as; the fields of a `.expected.json`. */
export interface Expected {
  readonly family: string;
  readonly format: 'sse' | 'ndjson' | 'jsonl' | 'json';
  readonly http_status: number | null;
  readonly text: string;
  readonly reasoning: string;
  readonly refusal?: string;
  readonly tool_calls: readonly {
    readonly id: string | null;
    readonly name: string;
    readonly args?: unknown;
    readonly input?: unknown;
    readonly invalid?: true;
  }[];
  readonly finish: string | null;
  readonly finish_raw: string | null;
  readonly usage: Readonly<Record<string, number | null>> | null;
  /** The server's error object; a committed stream says the error's `kind` instead. */
  readonly error: Readonly<Record<string, unknown>> | null;
  readonly terminal: string | null;
}

/** One answer of a server, and what it says. */
export interface Recording {
  readonly name: string;
  /** The protocol: a family without its `-json`. */
  readonly protocol: string;
  readonly expected: Expected;
  /** The body as it is on the wire, with LF at its line ends. */
  readonly body: string;
}

const SUFFIX = '.expected.json';

/**
 * A stream of our own. A text is put into the body as it is, anything else as the JSON of one
 * event. What `expected` leaves out is empty.
 */
export function stream(
  name: string,
  protocol: string,
  frames: readonly unknown[],
  expected: Partial<Expected>,
): Recording {
  const format = expected.format ?? (protocol === 'ollama' ? 'ndjson' : 'sse');
  const body = frames.map((frame) =>
    typeof frame === 'string' ? frame : eventOf(protocol, format, frame),
  );
  return {
    name,
    protocol,
    body: body.join(''),
    expected: {
      family: protocol,
      format,
      http_status: 200,
      text: '',
      reasoning: '',
      tool_calls: [],
      finish: null,
      finish_raw: null,
      usage: null,
      error: null,
      terminal: null,
      ...expected,
    },
  };
}

/** All recordings in a folder and its subfolders. */
export function recordingsIn(folder: string): readonly Recording[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length).replaceAll('\\', '/'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
      const expected = JSON.parse(readFileSync(join(folder, name + SUFFIX), 'utf8')) as Expected;
      const protocol = protocolOf(name, expected.family);
      const body = expected.format === 'jsonl' ? envelope(protocol, text) : text;
      return { name, protocol, expected, body };
    });
}

/** The events of a body, each with the blank line or line end that ends it. */
export function eventsOf({ expected, body }: Recording): readonly string[] {
  if (expected.format === 'json') return [body];
  const ends = expected.format === 'ndjson' ? /(?<=\n)/ : /(?<=\n\n)/;
  return body.split(ends).filter((event) => event !== '');
}

function protocolOf(name: string, family: string): string {
  const protocol = family.replace(/-json$/, '');
  if (protocol === 'openai-completion') return 'openai-chat';
  if (protocol !== 'error') return protocol;
  // An error body has no protocol of its own: the folder says whose it is.
  const folder = name.split('/')[0] ?? '';
  if (folder === 'google') return 'gemini';
  return ['anthropic', 'gemini', 'ollama'].includes(folder) ? folder : 'openai-chat';
}

function envelope(protocol: string, lines: string): string {
  const format = protocol === 'ollama' ? 'ndjson' : 'sse';
  const events = lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => eventOf(protocol, format, JSON.parse(line)));
  if (protocol === 'openai-chat') events.push('data: [DONE]\n\n');
  return events.join('');
}

function eventOf(protocol: string, format: Expected['format'], payload: unknown): string {
  const json = JSON.stringify(payload);
  if (format === 'json') return json;
  if (format === 'ndjson') return `${json}\n`;
  const named = protocol === 'anthropic' || protocol === 'openai-responses';
  const { type } = payload as { type?: string };
  return named && type !== undefined ? `event: ${type}\ndata: ${json}\n\n` : `data: ${json}\n\n`;
}
