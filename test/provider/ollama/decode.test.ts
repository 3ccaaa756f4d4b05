import { describe, expect, it } from 'vitest';
import { ollama } from '../../../src/provider/ollama';
import {
  itObeysTheLawsOfStreams,
  itReportsErrors,
  itSurvivesAnyFrame,
  read,
  SERVER_WORDS,
  type Protocol,
} from '../laws';
import type { Outcome } from '../replay';

const chat: Protocol = { factory: ollama, contentType: 'application/x-ndjson' };

const line = (response: object): string => `${JSON.stringify(response)}\n`;
const stream = (...responses: readonly object[]): string => responses.map(line).join('');

const say = (message: object, rest: object = { done: false }): object => ({
  model: 'qwen3',
  created_at: '2026-01-02T03:04:05.678Z',
  message: { role: 'assistant', content: '', ...message },
  ...rest,
});
const counts = { total_duration: 5, load_duration: 1, prompt_eval_count: 12, eval_count: 7 };
const done = (rest: object = { done_reason: 'stop', ...counts }): object =>
  say({}, { done: true, ...rest });
const call = (name: string, input: unknown, more: object = {}): object => ({
  tool_calls: [{ ...more, function: { name, arguments: input } }],
});

const decode = (body: string): Outcome => read(chat, body);

describe('a stream of lines', () => {
  it('is told in order', () => {
    const body = stream(
      say({ thinking: 'Hm' }),
      say({ thinking: 'm.' }),
      say({ content: 'A' }),
      say({ content: 'ha' }),
      say(call('add', { a: 1 })),
      say({
        tool_calls: [
          { function: { name: 'now' } },
          { id: 'call_x', function: { name: 'b', arguments: {} } },
        ],
      }),
      done(),
    );
    const usage = { inputTokens: 12, outputTokens: 7 };
    expect(decode(body).events).toEqual([
      { type: 'start', provider: 'ollama', model: 'qwen3' },
      { type: 'reasoning-delta', text: 'Hm' },
      { type: 'reasoning-delta', text: 'm.' },
      { type: 'text-delta', text: 'A' },
      { type: 'text-delta', text: 'ha' },
      { type: 'tool-call-delta', index: 0, id: 'call_0', name: 'add', input: '' },
      { type: 'tool-call-delta', index: 1, id: 'call_1', name: 'now', input: '' },
      { type: 'tool-call-delta', index: 2, id: 'call_x', name: 'b', input: '' },
      { type: 'tool-call', index: 0, id: 'call_0', name: 'add', input: { a: 1 } },
      { type: 'tool-call', index: 1, id: 'call_1', name: 'now', input: {} },
      { type: 'tool-call', index: 2, id: 'call_x', name: 'b', input: {} },
      { type: 'usage', usage },
      { type: 'finish', reason: 'tool-calls', rawReason: 'stop', usage },
    ]);
  });

  it('may hold text in its last line, blank lines and lines of unknown fields', () => {
    const last = say({ content: '!' }, { done: true, done_reason: 'stop' });
    const body = `\n${line({ status: 'loading' })}\r\n\n${line(say({ content: 'Hi' }))}${line(last)}`;
    expect(decode(body).answer).toMatchObject({ text: 'Hi!', usage: {} });
  });

  it('may hold arguments as text', () => {
    const body = stream(say(call('add', '{"a":1}')), say(call('sub', '{"a":')), done());
    expect(decode(body).answer?.toolCalls).toEqual([
      { id: 'call_0', name: 'add', input: { a: 1 } },
      { id: 'call_1', name: 'sub', input: '{"a":', invalid: true },
    ]);
  });

  it('keeps two calls of one id', () => {
    const twice = say(call('add', { a: 1 }, { id: 'same' }));
    expect(decode(stream(twice, twice, done())).answer?.toolCalls).toHaveLength(2);
  });
});

describe('the end', () => {
  it.each([
    [{ done_reason: 'stop' }, { reason: 'stop', rawReason: 'stop' }],
    [{ done_reason: 'length' }, { reason: 'length', rawReason: 'length' }],
    [{ done_reason: 'load' }, { reason: 'unknown', rawReason: 'load' }],
    // Old servers give none.
    [{}, { reason: 'stop' }],
    [{ done_reason: '' }, { reason: 'stop' }],
  ])('with %j', (rest, finish) => {
    expect(decode(stream(say({ content: 'Hi' }), done(rest))).answer?.finish).toEqual(finish);
  });

  it('is a failure when the server says so', () => {
    const { failure } = decode(stream(say({ content: 'Hi' }), done({ done_reason: 'error' })));
    expect(failure?.error).toMatchObject({ kind: 'server', code: 'error' });
  });

  it('lets nothing through that comes after it', () => {
    const body = stream(say({ content: 'Hi' }), done());
    expect(decode(body + body)).toEqual(decode(body));
  });

  it('is no end unless it is said', () => {
    const open = say({ content: 'Hi' }, { done: 'true', done_reason: 'stop' });
    expect(decode(line(open)).failure?.error).toMatchObject({ kind: 'truncated' });
  });
});

describe('the laws', () => {
  const responses = [
    say({ thinking: 'Let me see…' }),
    say({ content: 'It is' }),
    say({ content: ' 21 °C in Zürich 🌤' }),
    say(call('get_weather', { city: 'Zürich' })),
    done(),
  ];
  itObeysTheLawsOfStreams(chat, { frames: responses.map(line), terminal: responses.length });

  const fields = ['model', 'message', 'content', 'thinking', 'tool_calls', 'function', 'name'];
  itSurvivesAnyFrame(chat, {
    fields: [...fields, 'arguments', 'done', 'done_reason', 'eval_count', 'error', 'id'],
    frame: (json) => `${json}\n`,
  });
});

describe('errors in the stream', () => {
  itReportsErrors(
    chat,
    {
      'in the first line': '',
      'after a token': stream(say({ content: 'Hi' })),
      'after a tool call': stream(say(call('add', { a: 1 }))),
    },
    {
      'a text': line({ error: SERVER_WORDS }),
      'a text without a line end': JSON.stringify({ error: SERVER_WORDS }),
      'an object': line({ error: { message: SERVER_WORDS, type: 'api_error' } }),
      'a text in a last line': line({ ...done(), error: SERVER_WORDS }),
    },
    { kind: 'server' },
  );

  it('are told apart from a line that is no JSON', () => {
    const { failure } = decode(`${stream(say({ content: 'Hi' }))}{"model":\n${stream(done())}`);
    expect(failure?.error).toMatchObject({ kind: 'malformed', retryable: true });
  });
});

describe('a whole body', () => {
  const json = (body: unknown, delivery = {}): Outcome =>
    read(chat, JSON.stringify(body), { contentType: 'application/json', ...delivery });

  it('is an answer too', () => {
    const whole = say({ content: 'Hi', thinking: 'Hm.' }, { done: true, ...counts });
    expect(json(whole).answer).toMatchObject({
      text: 'Hi',
      reasoning: 'Hm.',
      finish: { reason: 'stop' },
      usage: { inputTokens: 12, outputTokens: 7 },
    });
  });

  it('may be an error, with status 200 too', () => {
    expect(json({ error: SERVER_WORDS }).failure?.error).toMatchObject({ kind: 'server' });
    expect(json({ error: SERVER_WORDS }, { status: 404 }).failure?.error).toMatchObject({
      kind: 'invalid-request',
      status: 404,
    });
  });

  it.each([
    ['no end', say({ content: 'Hi' })],
    ['no object', [done()]],
  ])('with %s is no answer', (_, body) => {
    expect(json(body).failure?.error).toMatchObject({ kind: 'malformed' });
  });
});
