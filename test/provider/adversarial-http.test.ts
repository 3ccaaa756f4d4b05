import { lastValueFrom, toArray } from 'rxjs';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import { prompt } from '../../src/request/messages';
import { closeDefaultTransport } from '../../src/transport/default';
import { toAnswer } from '../../src/view/to-answer';
import { rawServer, type RawListener, type TestServer } from '../transport/servers';
import type { ProviderOptions } from '../../src/provider/protocol';
import type { Recording } from './recording';
import { factories } from './replay';
import { committed } from './streams';

afterAll(closeDefaultTransport);

const named = (name: string): Recording => committed.find((known) => known.name === name)!;
const chat = named('chat: text, with usage in a chunk of its own');
const answers = [
  chat,
  named('responses: tools that the server runs'),
  named('anthropic: reasoning, text and a call, with pings between'),
  named('ollama: thinking, then text'),
];
const { text } = chat.expected;
const length = Buffer.byteLength(chat.body);

const OK = 'HTTP/1.1 200 OK\r\n';
const SSE = 'content-type: text/event-stream\r\n';
const CHUNKED = `${OK}${SSE}transfer-encoding: chunked\r\n\r\n`;
const chunkOf = (body: string): string => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;

/** Asks a server; a call that fails resolves to its error. */
async function ask(
  { url }: TestServer,
  { protocol }: Recording = chat,
  options: ProviderOptions = {},
): Promise<readonly ChatEvent[] | LlmError> {
  const handler = factories[protocol]!({ model: 'm', apiKey: 'k', baseURL: url, ...options });
  try {
    return await lastValueFrom(handler(prompt('?')).pipe(toArray()));
  } catch (error) {
    if (LlmError.is(error)) return error;
    throw error;
  }
}

function textOf(outcome: readonly ChatEvent[] | LlmError): string {
  if (LlmError.is(outcome)) throw outcome;
  return outcome.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

describe('an answer whose connection stays open', () => {
  const heads = {
    chunked: (body: string) => CHUNKED + chunkOf(body),
    'until closed': (body: string) => `${OK}${SSE}\r\n${body}`,
    'of a greater length': (body: string) => `${OK}${SSE}content-length: 9999999\r\n\r\n${body}`,
  };
  it.each(
    answers.flatMap((answer) =>
      Object.entries(heads).map(([kind, write]) => ({
        name: answer.protocol,
        answer,
        kind,
        write,
      })),
    ),
  )('is whole at once, and the connection is closed: $name, $kind', async ({ answer, write }) => {
    const server = await rawServer((socket) => socket.write(write(answer.body)));
    expect(textOf(await ask(server, answer))).toBe(answer.expected.text);
    await server.until(({ open }) => open === 0);
  });

  it('is not mixed with what comes behind it', async () => {
    const foreign = chat.body.replaceAll('Gr', 'FOREIGN');
    let asked = 0;
    const server = await rawServer((socket) => {
      asked += 1;
      const own = `${CHUNKED}${chunkOf(chat.body)}0\r\n\r\n`;
      // Nobody asked for the second one.
      const more = asked === 1 ? `${CHUNKED}${chunkOf(foreign)}0\r\n\r\n` : '';
      socket.write(own + more);
    });
    for (let call = 0; call < 3; call += 1) expect(textOf(await ask(server))).toBe(text);
  });
});

describe('a head', () => {
  const whole = `${OK}${SSE}content-length: ${String(length)}\r\n\r\n${chat.body}`;
  const sound: Readonly<Record<string, string>> = {
    'comes after other ones': `HTTP/1.1 102 Processing\r\n\r\n${'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(3)}${whole}`,
    'is of HTTP/1.0': `HTTP/1.0 200 OK\r\n${SSE}\r\n${chat.body}`,
    'has no reason and no type': `HTTP/1.1 200\r\ncontent-length: ${String(length)}\r\n\r\n${chat.body}`,
    'names the type twice': `${OK}${SSE}${SSE}content-length: ${String(length)}\r\n\r\n${chat.body}`,
    'comes with extensions and a trailer': `${CHUNKED}${chunkOf(chat.body).replace('\r\n', ';x=1\r\n')}0\r\nx-trailer: 1\r\n\r\n`,
  };
  it.each(Object.entries(sound))('may be one that %s', async (_, response) => {
    const server = await rawServer((socket) => {
      socket.write(response);
      if (!/length|chunked/.test(response)) socket.end();
    });
    expect(textOf(await ask(server))).toBe(text);
  });

  const broken: Readonly<Record<string, readonly [response: string, kinds: readonly string[]]>> = {
    'nothing at all': ['', ['network']],
    'a part of a head': [`${OK}content-ty`, ['network']],
    'a head alone, until closed': [`${OK}${SSE}\r\n`, ['truncated']],
    'a head alone, chunked': [CHUNKED, ['network', 'truncated']],
    'a head alone, of some length': [`${OK}${SSE}content-length: 9\r\n\r\n`, ['network']],
    'a body of no bytes': [`${OK}${SSE}content-length: 0\r\n\r\n`, ['truncated']],
    'no content': ['HTTP/1.1 204 No Content\r\n\r\n', ['server']],
    'a part of the content': [`HTTP/1.1 206 Partial\r\n${whole.slice(OK.length)}`, ['server']],
    'another protocol': [
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      ['network', 'invalid-request'],
    ],
    'a redirect': [
      'HTTP/1.1 307 X\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n',
      ['invalid-request'],
    ],
    'a page': [`${OK}content-type: text/html\r\ncontent-length: 6\r\n\r\n<html>`, ['server']],
    'two lengths': [
      `${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nab`,
      ['network', 'truncated'],
    ],
    'a length and chunks': [
      `${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      ['network', 'truncated'],
    ],
    'a chunk of no size': [`${CHUNKED}zz\r\n`, ['network']],
    words: ['data: hello\n\n', ['network']],
    'a head of 100 KB': [`${OK}x: ${'x'.repeat(100_000)}\r\n\r\n`, ['malformed']],
  };
  it.each(Object.entries(broken))('fails the call where it is %s', async (_, [response, kinds]) => {
    const server = await rawServer((socket) => socket.end(response));
    const outcome = await ask(server);
    expect(outcome).toBeInstanceOf(LlmError);
    expect(kinds).toContain((outcome as LlmError).kind);
    await server.until(({ open }) => open === 0);
  });
});

describe('a frame', () => {
  const endless =
    (bytes: Buffer, head = CHUNKED): RawListener =>
    (socket) => {
      const chunk = Buffer.concat([
        Buffer.from(`${bytes.length.toString(16)}\r\n`),
        bytes,
        Buffer.from('\r\n'),
      ]);
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk));
        if (!socket.destroyed) socket.once('drain', more);
      };
      socket.write(head);
      more();
    };

  it.each([
    ['a line without an end', Buffer.alloc(65_536, 'x'), `${CHUNKED}6\r\ndata: \r\n`],
    ['lines of one event', Buffer.from('data: xxxxxxxx\n'.repeat(4000)), CHUNKED],
    ['JSON without an end', Buffer.from('[\n'.repeat(10_000)), CHUNKED],
    [
      'JSON in the place of a stream',
      Buffer.from('[1,'.repeat(20_000)),
      CHUNKED.replace('event-stream', 'x'),
    ],
  ])('that never ends is cut off: %s', async (_, bytes, head) => {
    const server = await rawServer(endless(bytes, head));
    const outcome = await ask(server, chat, { maxFrameLength: 100_000 });
    expect(outcome).toMatchObject({ kind: 'malformed', retryable: false });
    await server.until(({ open }) => open === 0);
  });

  it('may be large', async () => {
    const large = 'large '.repeat(500_000);
    const body =
      `data: {"choices":[{"index":0,"delta":{"content":"${large}"},"finish_reason":"stop"}]}\n\n` +
      'data: [DONE]\n\n';
    const server = await rawServer((socket) => socket.end(`${OK}${SSE}\r\n${body}`));
    expect(textOf(await ask(server))).toBe(large);
  });

  it.each([
    ['one line', Buffer.concat([Buffer.from('data: '), Buffer.alloc(64 * 1024 * 1024, 'x')])],
    ['no line', Buffer.alloc(64 * 1024 * 1024)],
  ])('that was packed small is cut off where it is too large: %s', async (_, content) => {
    const bomb = gzipSync(content);
    expect(bomb.length).toBeLessThan(100_000);
    const head = `${OK}${SSE}content-encoding: gzip\r\ncontent-length: ${String(bomb.length)}\r\n\r\n`;
    const server = await rawServer((socket) => {
      socket.write(head);
      socket.write(bomb);
    });
    expect(await ask(server)).toMatchObject({ kind: 'malformed', retryable: false });
  });

  it('may come a byte at a time', async () => {
    const bytes = Buffer.from(`${CHUNKED}${chunkOf(chat.body)}0\r\n\r\n`);
    const server = await rawServer((socket) => {
      socket.setNoDelay(true);
      const next = (at: number): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => next(at + 1));
      };
      next(0);
    });
    expect(textOf(await ask(server))).toBe(text);
  });
});

describe('many calls', () => {
  it('each get their own answer from a server that answers in pieces and in any order', async () => {
    const server = await rawServer((socket, request) => {
      const question = /Q\d+/.exec(request)?.[0] ?? '';
      const body = chat.body.replaceAll('Gr', `${question} Gr`);
      const half = Math.floor(body.length / 2);
      socket.write(CHUNKED + chunkOf(body.slice(0, half)), () => {
        setImmediate(() => socket.write(`${chunkOf(body.slice(half))}0\r\n\r\n`));
      });
    });
    const handler = factories['openai-chat']!({ model: 'm', apiKey: 'k', baseURL: server.url });
    const texts = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        lastValueFrom(handler(prompt(`Q${String(n)}.`)).pipe(toAnswer())),
      ),
    );
    expect(texts.map((answer) => answer.text)).toEqual(
      texts.map((_, n) => `Q${String(n)} ${text}`),
    );
  });
});
