import { describe, expect, it } from 'vitest';
import { openai } from '../../../src/provider/openai';
import { itReportsErrors, itSurvivesAnyFrame, read, SERVER_WORDS } from '../laws';
import { bytesOf } from '../replay';

const sse = { factory: openai, contentType: 'text/event-stream' };
const frame = (json: string): string => `data: ${json}\n\n`;
const chunk = (choice: object, rest: object = {}): string =>
  frame(JSON.stringify({ id: 'c-1', model: 'm-1', choices: [{ index: 0, ...choice }], ...rest }));
const text = (content: string): string => chunk({ delta: { content } });
const error = { message: SERVER_WORDS, type: 'overloaded_error', code: 'overloaded' };
const toolCall = { index: 0, id: 'a', function: { name: 'f', arguments: '{"a":' } };

describe('a stream of a chat completion', () => {
  it('tells its story in order', () => {
    const body = [
      frame('{"id":"","model":"","choices":[],"prompt_filter_results":[]}'),
      chunk({ delta: { role: 'assistant', content: '' } }),
      chunk({ delta: { reasoning_content: 'Hm' } }),
      text('Hi'),
      chunk({ delta: { tool_calls: [{ ...toolCall, function: { name: 'f', arguments: '{}' } }] } }),
      chunk({ delta: {}, finish_reason: 'tool_calls' }, { usage: { prompt_tokens: 1 } }),
      frame('{"id":"c-1","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":3}}'),
      frame('[DONE]'),
    ];
    const call = { index: 0, id: 'a', name: 'f' };
    const usage = { inputTokens: 2, outputTokens: 3 };
    expect(read(sse, body.join('')).events).toEqual([
      { type: 'start', provider: 'openai', model: 'm-1', id: 'c-1' },
      { type: 'reasoning-delta', text: 'Hm' },
      { type: 'text-delta', text: 'Hi' },
      { type: 'tool-call-delta', ...call, input: '{}' },
      { type: 'tool-call', ...call, input: {} },
      { type: 'usage', usage },
      { type: 'finish', reason: 'tool-calls', rawReason: 'tool_calls', usage },
    ]);
  });

  it('says nothing that the server did not say', () => {
    const body = frame('{"choices":[{"delta":{"content":"Hi"}}]}') + frame('[DONE]');
    expect(read(sse, body).events).toEqual([
      { type: 'start', provider: 'openai' },
      { type: 'text-delta', text: 'Hi' },
      { type: 'finish', reason: 'unknown' },
    ]);
  });

  it('ends at its terminal also where blanks are around that', () => {
    const body = frame('{"choices":[{"delta":{"content":"Hi"}}]}') + frame('  [DONE] ');
    expect(read(sse, body).events.at(-1)).toEqual({ type: 'finish', reason: 'unknown' });
  });

  it('reads a frame with a blank of any kind on either side', () => {
    const { events } = read(sse, text('Hi'));
    for (const padded of [
      text('Hi').replace('\n', '\u00a0\n'),
      text('Hi').replace(' ', ' \u00a0'),
    ]) {
      expect(read(sse, padded).events).toEqual(events);
    }
  });

  it('begins with a choice that comes without an id', () => {
    const body = frame('{"model":"m-1","choices":[{"delta":{}}]}');
    expect(read(sse, body).events).toEqual([{ type: 'start', provider: 'openai', model: 'm-1' }]);
  });

  it('begins with an id that comes without a choice', () => {
    const body = frame('{"id":"c-1","model":"m-1","choices":[]}');
    expect(read(sse, body).events).toEqual([
      { type: 'start', provider: 'openai', model: 'm-1', id: 'c-1' },
    ]);
  });

  it('says nothing of a chunk in which a later choice fails', () => {
    const both = [
      { index: 0, delta: { content: 'Ho' } },
      { index: 0, error },
    ];
    const body = text('Hi') + frame(JSON.stringify({ choices: both }));
    expect(read(sse, body).events.filter(({ type }) => type === 'text-delta')).toEqual([
      { type: 'text-delta', text: 'Hi' },
    ]);
  });

  it('does not begin with what other choices say', () => {
    const other = frame('{"model":"m-0","choices":[{"index":1,"delta":{"content":"Ho"}}]}');
    expect(read(sse, other + text('Hi') + frame('[DONE]')).events[0]).toEqual({
      type: 'start',
      provider: 'openai',
      model: 'm-1',
      id: 'c-1',
    });
  });

  it('ends with its first terminal, whatever the server still sends', () => {
    const whole = text('Hi') + chunk({ finish_reason: 'stop' }) + frame('[DONE]');
    const { events } = read(sse, whole);
    expect(read(sse, whole + text(' again') + frame('[DONE]')).events).toEqual(events);
    expect(read(sse, [bytesOf(whole), bytesOf(text(' again'))]).events).toEqual(events);
  });

  it('is truncated when only comments came, or nothing', () => {
    for (const body of ['', ': ping\n\n', ': ping\n\n: ping\n\n']) {
      const { events, failure } = read(sse, body);
      expect(events).toEqual([]);
      expect(failure?.error).toMatchObject({ kind: 'truncated' });
    }
  });

  itReportsErrors(
    sse,
    {
      'in the first frame': '',
      'after a token': text('Hi'),
      'within a tool call': chunk({ delta: { tool_calls: [toolCall] } }),
    },
    {
      'an object in a frame': frame(JSON.stringify({ error })),
      'an error event': `event: error\n${frame(JSON.stringify({ error }))}`,
      'an error event of the other vendor': `event: error\n${frame(JSON.stringify({ type: 'error', error }))}`,
      'an object beside the choices': chunk({ delta: {}, finish_reason: 'error' }, { error }),
      'an object in the choice': chunk({ delta: {}, finish_reason: 'error', error }),
      'a flat object': frame(JSON.stringify({ object: 'error', ...error })),
      'an error and then [DONE]': frame(JSON.stringify({ error })) + frame('[DONE]'),
    },
  );

  itReportsErrors(
    sse,
    { 'in the first frame': '', 'after a token': text('Hi') },
    {
      "a text among Groq's own fields": chunk(
        { delta: {}, finish_reason: 'stop' },
        { x_groq: { error: SERVER_WORDS } },
      ),
    },
    { kind: 'server' },
  );

  itSurvivesAnyFrame(sse, {
    fields: [
      'id',
      'model',
      'choices',
      'index',
      'delta',
      'message',
      'text',
      'content',
      'type',
      'thinking',
      'finish_reason',
      'tool_calls',
      'function',
      'custom',
      'name',
      'arguments',
      'input',
      'usage',
      'reasoning',
      'reasoning_details',
      'refusal',
      'error',
      'x_groq',
      'stop',
      '__proto__',
    ],
    frame,
  });
});
