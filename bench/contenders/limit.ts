import { createParser } from 'eventsource-parser';
import { Pool, type Dispatcher } from 'undici';
import type { Connect, Wire } from './catalog.ts';

interface Frame {
  readonly type?: string;
  readonly choices?: readonly {
    readonly delta: { readonly content?: string };
    readonly finish_reason: string | null;
  }[];
  readonly delta?: string | { readonly text?: string };
}

/** Takes the text out of a frame, and returns whether it was the one that says the end. */
type Read = (data: string, onText: (text: string) => void) => boolean;

const protocols: Record<
  Wire,
  { readonly path: string; readonly body: object; readonly read: Read }
> = {
  chat: {
    path: 'chat/completions',
    body: { model: 'gpt-5-mini', stream: true, stream_options: { include_usage: true } },
    read: (data, onText) => {
      if (data === '[DONE]') return true;
      const text = (JSON.parse(data) as Frame).choices?.[0]?.delta.content;
      if (text) onText(text);
      return false;
    },
  },
  responses: {
    path: 'responses',
    body: { model: 'gpt-5-mini', stream: true },
    read: (data, onText) => {
      const { type, delta } = JSON.parse(data) as Frame;
      if (type === 'response.output_text.delta') onText(delta as string);
      return type === 'response.completed';
    },
  },
  anthropic: {
    path: 'messages',
    body: { model: 'claude-haiku-4-5', stream: true, max_tokens: 4096 },
    read: (data, onText) => {
      const { type, delta } = JSON.parse(data) as Frame;
      if (type === 'content_block_delta') onText((delta as { text: string }).text);
      return type === 'message_stop';
    },
  },
};

/**
 * What nobody can go below with these parts: undici's lowest API, its parser of server-sent
 * events, JSON.parse, and a sum.
 */
export const connect: Connect = (root, wire) => {
  const { path, body, read } = protocols[wire];
  const { origin, pathname } = new URL(root);
  const pool = new Pool(origin);
  const request: Dispatcher.DispatchOptions = {
    path: `${pathname}/v1/${path}`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
  };
  return (prompt, onText) =>
    new Promise((resolve, reject) => {
      let ended = false;
      const parser = createParser({
        onEvent: ({ data }) => (ended = read(data, onText) || ended),
      });
      const decoder = new TextDecoder();
      const key = wire === 'responses' ? 'input' : 'messages';
      const asked = { ...body, [key]: [{ role: 'user', content: prompt }] };
      pool.dispatch(
        { ...request, body: JSON.stringify(asked) },
        {
          onRequestStart: () => {},
          onResponseStart: (_, status) => {
            if (status !== 200) reject(new Error(`status ${status}`));
          },
          onResponseData: (_, bytes) => parser.feed(decoder.decode(bytes, { stream: true })),
          onResponseEnd: () => (ended ? resolve() : reject(new Error('cut short'))),
          onResponseError: (_, error) => reject(error),
        },
      );
    });
};
