import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anthropicBody,
  anthropicErrorBody,
  anthropicErrorFrame,
  anthropicFrames,
  openaiChatBody,
  openaiChatFrames,
  openaiErrorBody,
  openaiErrorFrame,
  type WireAnswer,
} from '../../src/testing';
import { deliver, type Outcome } from '../provider/replay';

const bytes = (text: string): readonly Uint8Array[] => [new TextEncoder().encode(text)];

interface Protocol {
  readonly name: string;
  readonly frames: (answer: WireAnswer) => readonly string[];
  readonly body: (answer: WireAnswer) => string;
  readonly errorFrame: () => string;
}

const protocols: readonly Protocol[] = [
  {
    name: 'openai-chat',
    frames: openaiChatFrames,
    body: openaiChatBody,
    errorFrame: openaiErrorFrame,
  },
  {
    name: 'anthropic',
    frames: anthropicFrames,
    body: anthropicBody,
    errorFrame: anthropicErrorFrame,
  },
];

const stream = (name: string, text: string): Outcome =>
  deliver(name, { contentType: 'text/event-stream', pieces: bytes(text) });

const json = (name: string, body: string, status = 200): Outcome =>
  deliver(name, { status, contentType: 'application/json', pieces: bytes(body) });

const answers: fc.Arbitrary<WireAnswer> = fc.record({
  text: fc.oneof(fc.string({ unit: 'grapheme' }), fc.array(fc.string({ minLength: 1 }))),
  reasoning: fc.string({ unit: 'grapheme' }),
  toolCalls: fc.array(
    fc.record({
      name: fc.stringMatching(/^[a-z]{1,9}$/),
      input: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })),
    }),
    { maxLength: 3 },
  ),
  usage: fc.record({ inputTokens: fc.nat(), outputTokens: fc.nat(), cachedInputTokens: fc.nat() }),
});

const textOf = (text: WireAnswer['text']): string =>
  typeof text === 'string' ? text : (text ?? []).join('');

describe.each(protocols)('the wire of $name', ({ name, frames, body, errorFrame }) => {
  it('is read by the provider as the answer that was written', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        for (const outcome of [stream(name, frames(answer).join('')), json(name, body(answer))]) {
          expect(outcome.failure).toBeUndefined();
          expect(outcome.text).toBe(textOf(answer.text));
          expect(outcome.reasoning).toBe(textOf(answer.reasoning));
          expect(outcome.answer?.toolCalls).toMatchObject(answer.toolCalls ?? []);
          expect(outcome.answer?.usage).toMatchObject(answer.usage ?? {});
          const reason = answer.toolCalls?.length ? 'tool-calls' : 'stop';
          expect(outcome.answer?.finish.reason).toBe(reason);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('cuts the arguments of a tool without a loss', () => {
    const input = { lines: 'one\u2028two\nthree 👍🏽 and so on' };
    const outcome = stream(name, frames({ toolCalls: [{ name: 'look', input }] }).join(''));
    expect(outcome.answer?.toolCalls).toMatchObject([{ name: 'look', input }]);
  });

  it('says model, id and finish reason as they are given', () => {
    const answer = { text: 'Hi', model: 'm-1', id: 'id-1', finishReason: 'max_tokens' };
    for (const outcome of [stream(name, frames(answer).join('')), json(name, body(answer))]) {
      expect(outcome.answer).toMatchObject({
        model: 'm-1',
        id: 'id-1',
        finish: { reason: 'length', rawReason: 'max_tokens' },
      });
    }
  });

  it('is truncated when it breaks off after any frame but the last ones', () => {
    const whole = frames({ text: 'Hello big world' });
    const ends = whole.map((_, count) => stream(name, whole.slice(0, count).join('')));
    expect(ends.slice(0, 5).map(({ failure }) => failure?.error)).toEqual(
      Array.from({ length: 5 }, () => expect.objectContaining({ kind: 'truncated' }) as unknown),
    );
  });

  it('reports an error in the middle', () => {
    const cut = frames({ text: 'Hello big world' }).slice(0, 3).join('');
    const outcome = stream(name, cut + errorFrame());
    expect(outcome.failure?.error).toMatchObject({ kind: 'server', retryable: true });
    expect(outcome.answer).toBeUndefined();
  });
});

describe('openaiChatFrames', () => {
  it('writes what the server writes', () => {
    const head =
      '"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767225600,' +
      '"model":"gpt-simulated","service_tier":"default","system_fingerprint":"fp_simulated"';
    const choice = (delta: string, reason: string): string =>
      `data: {${head},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${reason}}]}\n\n`;
    expect(openaiChatFrames({ text: ['Hel', 'lo'] })).toEqual([
      choice('{"role":"assistant","content":"","refusal":null}', 'null'),
      choice('{"content":"Hel"}', 'null'),
      choice('{"content":"lo"}', 'null'),
      choice('{}', '"stop"'),
      'data: [DONE]\n\n',
    ]);
  });

  it('sends the usage in a chunk of its own, and null before', () => {
    const chunks = openaiChatFrames({ text: 'Hi', usage: { inputTokens: 3, outputTokens: 2 } })
      .slice(0, -1)
      .map((frame) => JSON.parse(frame.slice('data: '.length)) as { choices: []; usage: unknown });
    expect(chunks.slice(0, -1).map(({ usage }) => usage)).toEqual([null, null, null]);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    });
  });
});

describe('anthropicFrames', () => {
  it('writes what the server writes', () => {
    const frame = (type: string, fields: string): string =>
      `event: ${type}\ndata: {"type":"${type}"${fields}}\n\n`;
    const input = '"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":0';
    expect(
      anthropicFrames({ text: ['Hel', 'lo'], usage: { inputTokens: 3, outputTokens: 2 } }),
    ).toEqual([
      frame(
        'message_start',
        ',"message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-simulated",' +
          `"content":[],"stop_reason":null,"stop_sequence":null,"usage":{${input},"output_tokens":1,"service_tier":"standard"}}`,
      ),
      frame('content_block_start', ',"index":0,"content_block":{"type":"text","text":""}'),
      frame('ping', ''),
      frame('content_block_delta', ',"index":0,"delta":{"type":"text_delta","text":"Hel"}'),
      frame('content_block_delta', ',"index":0,"delta":{"type":"text_delta","text":"lo"}'),
      frame('content_block_stop', ',"index":0'),
      frame(
        'message_delta',
        `,"delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{${input},"output_tokens":2}`,
      ),
      frame('message_stop', ''),
    ]);
  });

  it('sends a tool without arguments as one empty piece', () => {
    const pieces = anthropicFrames({ toolCalls: [{ name: 'go' }] }).filter((frame) =>
      frame.includes('input_json_delta'),
    );
    expect(pieces).toHaveLength(1);
    expect(pieces[0]).toContain('"partial_json":""');
  });
});

describe('the error bodies', () => {
  it.each([
    ['openai-chat', openaiErrorBody({ code: 'insufficient_quota' }), 429, 'quota-exhausted'],
    ['openai-chat', openaiErrorBody({ type: 'rate_limit_error', param: 'x' }), 429, 'rate-limited'],
    ['openai-chat', openaiErrorBody(), 500, 'server'],
    ['anthropic', anthropicErrorBody({ type: 'overloaded_error' }), 529, 'overloaded'],
    ['anthropic', anthropicErrorBody({ type: 'rate_limit_error' }), 429, 'rate-limited'],
  ])('of %s: %s is known for what it is', (name, body, status, kind) => {
    expect(json(name, body, status).failure?.error).toMatchObject({ kind });
  });

  it('name the request', () => {
    expect(JSON.parse(anthropicErrorBody({ requestId: 'req_1' }))).toEqual({
      type: 'error',
      error: { type: 'api_error', message: 'Internal server error' },
      request_id: 'req_1',
    });
  });

  it('say what they are told', () => {
    expect(openaiErrorBody({ message: 'm', type: 't', param: 'p', code: 7 })).toBe(
      '{"error":{"message":"m","type":"t","param":"p","code":7}}',
    );
    expect(anthropicErrorBody({ message: 'm', type: 't' })).toBe(
      '{"type":"error","error":{"type":"t","message":"m"}}',
    );
  });
});
