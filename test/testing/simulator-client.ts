import { connect, type Socket } from 'node:net';
import { createParser } from 'eventsource-parser';
import type { Simulator, SimulatorProtocol } from '../../src/testing/simulator';

/** A request body that both protocols accept. */
export function chat(question: string, more: object = {}): string {
  return JSON.stringify({
    model: 'm',
    max_tokens: 1000,
    stream: true,
    messages: [{ role: 'user', content: question }],
    ...more,
  });
}

export const paths = { openai: '/v1/chat/completions', anthropic: '/v1/messages' };

export const requestHeaders = {
  'content-type': 'application/json',
  'anthropic-version': '2023-06-01',
};

export function post(
  server: Simulator,
  protocol: SimulatorProtocol,
  body: string,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(server.url + paths[protocol], {
    method: 'POST',
    body,
    ...init,
    headers: { ...requestHeaders, ...(init.headers as Record<string, string> | undefined) },
  });
}

/** What has come over a bare socket. */
export interface RawResponse {
  readonly head: string;
  readonly body: string;
  /** Whether the chunked body had its last chunk. */
  readonly ended: boolean;
}

/** Posts over a bare socket, so that nothing hides how the response ends. */
export class RawClient {
  readonly #socket: Socket;
  #bytes = '';
  readonly #end: Promise<'FIN' | 'RST'>;

  constructor(server: Simulator, protocol: SimulatorProtocol, body: string) {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    this.#socket = socket.setEncoding('utf8').on('data', (text: string) => (this.#bytes += text));
    this.#end = new Promise((resolve) => {
      socket.once('error', () => {
        resolve('RST');
      });
      socket.once('end', () => {
        resolve('FIN');
      });
    });
    const headers = Object.entries(requestHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `POST ${paths[protocol]} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers.join('')}` +
        `content-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`,
    );
  }

  get response(): RawResponse {
    const [head = '', ...rest] = this.#bytes.split('\r\n\r\n');
    const wire = rest.join('\r\n\r\n');
    const chunked = /^transfer-encoding: chunked/im.test(head);
    return { head, ended: wire.endsWith('0\r\n\r\n'), body: chunked ? unchunk(wire) : wire };
  }

  /** Resolves when enough has come. */
  until(condition: (response: RawResponse) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (condition(this.response)) resolve();
      };
      this.#socket.on('data', check);
      check();
    });
  }

  /** Resolves when the server has ended the connection. */
  async whole(): Promise<RawResponse & { readonly end: 'FIN' | 'RST' }> {
    const end = await this.#end;
    this.#socket.destroy();
    return { ...this.response, end };
  }

  leave(): void {
    this.#socket.destroy();
  }
}

function unchunk(wire: string): string {
  let bytes = Buffer.from(wire);
  let body = '';
  for (;;) {
    const line = bytes.indexOf('\r\n');
    const size = Number.parseInt(bytes.subarray(0, line).toString(), 16);
    if (line === -1 || !(size > 0)) return body;
    body += bytes.subarray(line + 2, line + 2 + size).toString();
    bytes = bytes.subarray(line + 2 + size + 2);
  }
}

/** What a stream says, read the plainest way. */
export interface Reading {
  opened: boolean;
  text: string;
  reasoning: string;
  tools: { id: string; name: string; input: string }[];
  finish: string | undefined;
  usage: unknown;
  terminal: boolean;
  error: unknown;
  broken: number;
}

/** Reads the body of a stream of either protocol. */
export function read(protocol: SimulatorProtocol, body: string): Reading {
  const reading: Reading = {
    opened: false,
    text: '',
    reasoning: '',
    tools: [],
    finish: undefined,
    usage: undefined,
    terminal: false,
    error: undefined,
    broken: 0,
  };
  const parser = createParser({
    onEvent: ({ data, event }) => {
      if (data === '[DONE]') {
        reading.terminal = true;
        return;
      }
      let json: unknown;
      try {
        json = JSON.parse(data);
      } catch {
        reading.broken += 1;
        return;
      }
      if (protocol === 'openai') openaiChunk(reading, json as OpenaiChunk);
      else anthropicEvent(reading, json as AnthropicEvent, event);
    },
    onError: (error) => {
      throw error;
    },
  });
  parser.feed(body);
  return reading;
}

interface OpenaiChunk {
  error?: unknown;
  usage?: unknown;
  choices?: {
    finish_reason: string | null;
    delta: {
      role?: string;
      content?: string | null;
      reasoning_content?: string;
      tool_calls?: {
        index: number;
        id?: string;
        function: { name?: string; arguments: string };
      }[];
    };
  }[];
}

function openaiChunk(reading: Reading, { error, usage, choices = [] }: OpenaiChunk): void {
  if (error) reading.error = error;
  if (usage) reading.usage = usage;
  for (const { delta, finish_reason } of choices) {
    if (delta.role) reading.opened = true;
    reading.text += delta.content ?? '';
    reading.reasoning += delta.reasoning_content ?? '';
    reading.finish = finish_reason ?? reading.finish;
    for (const { index, id = '', function: call } of delta.tool_calls ?? []) {
      const tool = (reading.tools[index] ??= { id, name: call.name ?? '', input: '' });
      tool.input += call.arguments;
    }
  }
}

interface AnthropicEvent {
  type: string;
  error?: unknown;
  usage?: unknown;
  content_block?: { type: string; id: string; name: string };
  delta?: {
    text?: string;
    thinking?: string;
    partial_json?: string;
    stop_reason?: string;
  };
}

function anthropicEvent(reading: Reading, json: AnthropicEvent, event: string | undefined): void {
  if (json.type !== event) throw new Error('the event name differs from the type');
  const { error, usage, content_block: block, delta = {} } = json;
  if (json.type === 'message_start') reading.opened = true;
  if (json.type === 'message_stop') reading.terminal = true;
  if (error) reading.error = error;
  if (usage) reading.usage = usage;
  if (block?.type === 'tool_use') reading.tools.push({ id: block.id, name: block.name, input: '' });
  reading.text += delta.text ?? '';
  reading.reasoning += delta.thinking ?? '';
  reading.finish = delta.stop_reason ?? reading.finish;
  const tool = reading.tools.at(-1);
  if (tool) tool.input += delta.partial_json ?? '';
}
