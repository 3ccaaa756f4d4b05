import type { Socket } from 'node:net';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { anthropic, compose, deadlines, openai, prompt, type Handler } from '../../src/index';
import { rawServer } from '../transport/servers';

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n';
const TOKEN = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';

const CHAT = `${TOKEN}data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
const MESSAGE = [
  { type: 'message_start', message: { id: 'i', model: 'm', usage: { input_tokens: 1 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
]
  .map((data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`)
  .join('');

/** Writes one piece after the other until the client leaves, again and again the last one. */
function drip(socket: Socket, pieces: readonly string[], every: number): void {
  let at = 0;
  const timer = setInterval(() => {
    socket.write(pieces[Math.min(at, pieces.length - 1)]!);
    at += 1;
  }, every);
  socket.on('close', () => {
    clearInterval(timer);
  });
  socket.on('error', () => undefined);
}

const letters = ['HTTP/1.1 200 OK\r\n', 'x-a: ', 'b'];

describe('deadlines over HTTP', () => {
  it.each<[string, Parameters<typeof deadlines>[0], readonly string[], string]>([
    ['headers that come byte by byte', { connect: 60 }, letters, 'connect'],
    ['a head and nothing more', { connect: 500, firstToken: 60 }, [HEAD, ''], 'first-token'],
    ['comments for ever', { idle: 500, firstToken: 60 }, [HEAD, ': ping\n\n'], 'first-token'],
    ['a token and nothing more', { firstToken: 500, idle: 60 }, [HEAD + TOKEN, ''], 'idle'],
    ['a token byte by byte', { idle: 60 }, [HEAD, ...TOKEN.split(/(?<=.)/u), ' '], 'idle'],
    ['tokens for ever', { idle: 500, total: 60 }, [HEAD, TOKEN], 'total'],
  ])('end %s, and close the socket', async (_, options, pieces, code) => {
    const server = await rawServer((socket) => {
      drip(socket, pieces, 5);
    });
    const ask = compose(
      openai({ model: 'm', apiKey: 'k', baseURL: server.url }),
      deadlines(options),
    );
    await expect(lastValueFrom(ask(prompt('?')))).rejects.toMatchObject({
      kind: 'timed-out',
      code,
    });
    await server.until(({ open }) => open === 0);
  });

  it.each<[string, (baseURL: string) => Handler, readonly string[]]>([
    ['comments', (baseURL) => openai({ model: 'm', apiKey: 'k', baseURL }), [': ping\n\n', CHAT]],
    [
      'frames that say nothing',
      (baseURL) => openai({ model: 'm', apiKey: 'k', baseURL }),
      ['data: {"choices":[{"delta":{}}]}\n\n', CHAT],
    ],
    [
      'pings',
      (baseURL) => anthropic({ model: 'm', apiKey: 'k', baseURL }),
      ['event: ping\ndata: {"type":"ping"}\n\n', MESSAGE],
    ],
  ])('hear of %s, and show them to who asks', async (_, handler, [ping, rest]) => {
    const server = await rawServer((socket) => {
      socket.end(HEAD + ping! + rest!);
    });
    const ask = compose(handler(server.url), deadlines({ idle: 10_000 }));
    const seen = async (keepAlives: boolean): Promise<readonly string[]> => {
      const events = await lastValueFrom(
        ask(prompt('?', { context: { keepAlives } })).pipe(toArray()),
      );
      return events.map(({ type }) => type);
    };
    const isSignOfLife = (type: string): boolean => type === 'keep-alive';
    const unasked = await seen(false);
    const asked = await seen(true);
    expect(unasked.filter(isSignOfLife)).toEqual([]);
    expect(unasked).toContain('text-delta');
    expect(asked.filter((type) => !isSignOfLife(type))).toEqual(unasked);
    // One for the head of the response, and at least one for what came after it.
    expect(asked.filter(isSignOfLife).length).toBeGreaterThan(1);
  });
});
