import { Observable } from 'rxjs';
import type { ChatEvent } from '../../src/event/chat-event';
import { AnswerFold, type ChatAnswer } from '../../src/event/fold';
import type { Handler } from '../../src/handler';
import type { ProviderOptions } from '../../src/provider/protocol';
import { anthropic } from '../../src/provider/anthropic';
import { gemini } from '../../src/provider/gemini';
import { ollama } from '../../src/provider/ollama';
import { openai } from '../../src/provider/openai';
import { openaiResponses } from '../../src/provider/openai-responses';
import { prompt } from '../../src/request/messages';
import type { Transport } from '../../src/transport/transport';
import type { Recording } from './recording';

export const KEY = 'sk-test-canary-0123456789';
export const QUESTION = 'a question that no error may quote';

export const factories: Readonly<Record<string, (options: ProviderOptions) => Handler>> = {
  anthropic,
  gemini,
  ollama,
  'openai-chat': openai,
  'openai-responses': openaiResponses,
};

/** How a call ended, and what it had said by then. */
export interface Outcome {
  readonly events: readonly ChatEvent[];
  readonly text: string;
  readonly reasoning: string;
  /** Set when it finished and completed. */
  readonly answer?: ChatAnswer | undefined;
  /** Set when it failed. */
  readonly failure?: { readonly error: unknown } | undefined;
}

/** How the transport hands a body over. */
export interface Delivery {
  readonly status?: number | undefined;
  readonly contentType?: string | undefined;
  /** More headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly pieces: readonly Uint8Array[];
  /** The transport's error after the last piece; without it the body just ends. */
  readonly error?: unknown;
}

/** Delivers a body to the provider of a protocol, synchronously. */
export function deliver(protocol: string, delivery: Delivery): Outcome {
  const factory = factories[protocol];
  if (factory === undefined) throw new Error(`no provider speaks ${protocol}`);
  const handler = factory({ model: 'm', apiKey: KEY, transport: transportOf(delivery) });
  return run(handler);
}

/** Asks a handler that answers synchronously. */
export function run(handler: Handler): Outcome {
  const events: ChatEvent[] = [];
  const fold = new AnswerFold();
  let answer: ChatAnswer | undefined;
  let failure: { readonly error: unknown } | undefined;
  let ended = false;
  handler(prompt(QUESTION)).subscribe({
    next: (event) => {
      events.push(event);
      answer = fold.add(event, 0) ?? answer;
    },
    error: (error: unknown) => {
      failure = { error };
      ended = true;
    },
    complete: () => {
      ended = true;
    },
  });
  if (!ended) throw new Error('the call did not end');
  const said = (type: 'text-delta' | 'reasoning-delta'): string =>
    events.map((event) => (event.type === type ? event.text : '')).join('');
  return { events, text: said('text-delta'), reasoning: said('reasoning-delta'), answer, failure };
}

/** Delivers a recording, or the part of its body that is given. */
export function replay(
  { protocol, expected }: Recording,
  pieces: readonly Uint8Array[],
  error?: unknown,
): Outcome {
  const contentType = contentTypes[expected.format];
  const status = expected.http_status ?? 200;
  return deliver(protocol, { status, contentType, pieces, error });
}

export const contentTypes = {
  sse: 'text/event-stream; charset=utf-8',
  jsonl: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
} as const;

export function transportOf(delivery: Delivery): Transport {
  const { status = 200, contentType = 'text/event-stream', pieces, error } = delivery;
  return () =>
    new Observable((subscriber) => {
      const headers = { 'content-type': contentType, ...delivery.headers };
      subscriber.next({ status, headers, receivedAt: 0 });
      for (const piece of pieces) {
        if (subscriber.closed) return;
        subscriber.next(piece);
      }
      if (error === undefined) subscriber.complete();
      else subscriber.error(error);
    });
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Cuts bytes into pieces of one size. */
export function sliced(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

/** Cuts bytes at the given places. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...new Set(places), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** A source of chance that is the same in each run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
