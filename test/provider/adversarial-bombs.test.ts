import { describe, expect, it, vi } from 'vitest';
import { compose } from '../../src/handler';
import { cache } from '../../src/policy/cache';
import { openai } from '../../src/provider/openai';
import { LlmError } from '../../src/error/llm-error';
import { bytesOf, deliver, run, transportOf, type Outcome } from './replay';

const DEEP = 100_000;
const bomb = '[1,'.repeat(DEEP) + '0' + ']'.repeat(DEEP);

const data = (json: string): string => `data: ${json}\n\n`;
const chat = (delta: string, finish = 'null'): string =>
  data(`{"choices":[{"index":0,"delta":${delta},"finish_reason":${finish}}]}`);
const chatCall = (fields: string): string =>
  chat(`{"tool_calls":[{"index":0,"id":"a","function":{"name":"f",${fields}}}]}`);
const block = (delta: string): string =>
  data(`{"type":"content_block_delta","index":0,"delta":${delta}}`);
const blockStart = data(
  '{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f","input":{}}}',
);
const messageEnd =
  data('{"type":"message_delta","delta":{"stop_reason":"tool_use"}}') +
  data('{"type":"message_stop"}');
const item = (json: string): string =>
  `{"type":"function_call","call_id":"a","name":"f","arguments":${json}}`;
const added = data(`{"type":"response.output_item.added","output_index":0,"item":${item('""')}}`);
const argument = (delta: string): string =>
  data(`{"type":"response.function_call_arguments.delta","output_index":0,"delta":${delta}}`);
const completed = data('{"type":"response.completed","response":{"status":"completed"}}');
const part = (json: string, rest = ''): string =>
  data(`{"candidates":[{"content":{"parts":[${json}]}${rest}}]}`);
const stop = ',"finishReason":"STOP"';

/** A call of a tool whose arguments are the given JSON, in each protocol and each way. */
const calls: Readonly<Record<string, (json: string) => readonly [protocol: string, body: string]>> =
  {
    'chat, as text': (json) => [
      'openai-chat',
      chatCall(`"arguments":${JSON.stringify(json)}`) + chat('{}', '"tool_calls"'),
    ],
    'chat, as a value': (json) => [
      'openai-chat',
      chatCall(`"arguments":{"x":${json}}`) + chat('{}', '"tool_calls"'),
    ],
    responses: (json) => ['openai-responses', added + argument(JSON.stringify(json)) + completed],
    anthropic: (json) => [
      'anthropic',
      blockStart +
        block(`{"type":"input_json_delta","partial_json":${JSON.stringify(json)}}`) +
        messageEnd,
    ],
    gemini: (json) => ['gemini', part(`{"functionCall":{"name":"f","args":${json}}}`, stop)],
    ollama: (json) => [
      'ollama',
      `{"message":{"tool_calls":[{"function":{"name":"f","arguments":${json}}}]},"done":true}\n`,
    ],
  };

function depthOf(value: unknown): number {
  let depth = 0;
  let inner: unknown = value;
  while (Array.isArray(inner) && inner.length > 1) {
    inner = inner[1];
    depth += 1;
  }
  return depth;
}

function send([protocol, body]: readonly [string, string]): Outcome {
  const contentType = protocol === 'ollama' ? 'application/x-ndjson' : 'text/event-stream';
  return deliver(protocol, { contentType, pieces: [bytesOf(body)] });
}

describe.each(Object.entries(calls))('a call of a tool (%s)', (name, callOf) => {
  it('may hold arguments of any depth', () => {
    const { answer } = send(callOf(bomb));
    const input = answer?.toolCalls[0]?.input;
    const inner = name === 'chat, as a value' ? (input as { x: unknown }).x : input;
    // The innermost list holds one number only.
    expect(depthOf(inner)).toBe(DEEP);
  });

  it('names no property that objects have by birth', () => {
    const json = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const { answer } = send(callOf(json));
    const input = answer?.toolCalls[0]?.input as object;
    expect(JSON.stringify(input)).toContain('{"__proto__":{"polluted":1},"constructor"');
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('arguments in ten thousand pieces', () => {
  const count = 10_000;
  const text = `{"text":"${'twenty characters..!'.repeat(count - 2)}"}`;
  const pieces = text.match(/.{1,20}/g) ?? [];
  const json = pieces.map((piece) => JSON.stringify(piece));
  const argumentsOf = (piece: string): string =>
    part(
      `{"functionCall":{"partialArgs":[{"jsonPath":"$.text","stringValue":${piece},"willContinue":true}],"willContinue":true}}`,
    );

  it.each([
    [
      'openai-chat',
      chatCall('"arguments":""') +
        json
          .map((piece) => chat(`{"tool_calls":[{"index":0,"function":{"arguments":${piece}}}]}`))
          .join('') +
        chat('{}', '"tool_calls"'),
    ],
    ['openai-responses', added + json.map(argument).join('') + completed],
    [
      'anthropic',
      blockStart +
        json.map((piece) => block(`{"type":"input_json_delta","partial_json":${piece}}`)).join('') +
        messageEnd,
    ],
    [
      'gemini',
      part('{"functionCall":{"name":"f","willContinue":true}}') +
        'twenty characters..!'
          .repeat(count - 2)
          .match(/.{20}/g)!
          .map((piece) => argumentsOf(JSON.stringify(piece)))
          .join('') +
        part('{"functionCall":{}}', stop),
    ],
  ])('of %s are parsed once, when they are whole', (protocol, body) => {
    const parse = vi.spyOn(JSON, 'parse');
    const { answer } = send([protocol, body]);
    const parsed = parse.mock.calls.reduce((sum, [given]) => sum + given.length, 0);
    parse.mockRestore();
    expect(answer?.toolCalls[0]?.input).toEqual(JSON.parse(text));
    // Each frame once, and the whole text once.
    expect(parsed).toBeLessThan(body.length + 2 * text.length);
  });
});

describe('a bomb anywhere else', () => {
  const places: readonly (readonly [what: string, protocol: string, body: string])[] = [
    [
      'an unknown field',
      'openai-chat',
      data(`{"zz":${bomb}}`) + chat('{"content":"Hi"}', '"stop"'),
    ],
    ['a delta', 'openai-chat', chat(`{"content":${bomb}}`) + chat('{"content":"Hi"}', '"stop"')],
    ['bare JSON', 'openai-chat', `${bomb}\n${chat('{"content":"Hi"}', '"stop"')}`],
    ['a part', 'gemini', part(bomb) + part('{"text":"Hi"}', stop)],
  ];
  it.each(places)('does no harm: in %s', (_, protocol, body) => {
    expect(send([protocol, body]).answer?.text).toBe('Hi');
  });

  it.each(['error', 'choices', 'usage'])('is at most an LlmError: in %s', (field) => {
    const { failure } = send(['openai-chat', data(`{"${field}":${bomb}}`)]);
    expect(LlmError.is(failure?.error)).toBe(true);
  });

  it('passes through a cache', () => {
    const [, body] = calls['chat, as text']!(bomb);
    const transport = transportOf({ pieces: [bytesOf(body)] });
    const handler = compose(openai({ apiKey: 'k', model: 'm', transport }), cache());
    expect(depthOf(run(handler).answer?.toolCalls[0]?.input)).toBe(DEEP);
  });
});
