import { describe, expect, it } from 'vitest';
import { openaiResponses } from '../../../src/provider/openai-responses';
import { itReportsErrors, itSurvivesAnyFrame, read, SERVER_WORDS } from '../laws';

const sse = { factory: openaiResponses, contentType: 'text/event-stream' };
const frame = (json: string): string => `data: ${json}\n\n`;
const event = (type: string, rest: object = {}): string =>
  `event: ${type}\n${frame(JSON.stringify({ type, ...rest }))}`;
const response = { id: 'resp_1', model: 'm-1' };
const created = event('response.created', { response });
const text = event('response.output_text.delta', { output_index: 0, delta: 'Hi' });
const call = { type: 'function_call', call_id: 'a', name: 'f' };
const error = { message: SERVER_WORDS, type: 'overloaded_error', code: 'overloaded' };

describe('a stream of a response', () => {
  it('tells its story in order', () => {
    const body = [
      created,
      event('response.reasoning_summary_text.delta', { output_index: 0, delta: 'Hm' }),
      event('response.output_text.delta', { output_index: 1, delta: 'Hi' }),
      event('response.output_item.added', { output_index: 2, item: { ...call, arguments: '' } }),
      event('response.function_call_arguments.delta', { output_index: 2, delta: '{}' }),
      event('response.completed', {
        response: {
          ...response,
          status: 'completed',
          usage: { input_tokens: 2, output_tokens: 3 },
        },
      }),
    ];
    const told = { index: 0, id: 'a', name: 'f' };
    const usage = { inputTokens: 2, outputTokens: 3 };
    expect(read(sse, body.join('')).events).toEqual([
      { type: 'start', provider: 'openai', model: 'm-1', id: 'resp_1' },
      { type: 'reasoning-delta', text: 'Hm' },
      { type: 'text-delta', text: 'Hi' },
      { type: 'tool-call-delta', ...told, input: '' },
      { type: 'tool-call-delta', ...told, input: '{}' },
      { type: 'tool-call', ...told, input: {} },
      { type: 'usage', usage },
      { type: 'finish', reason: 'tool-calls', rawReason: 'completed', usage },
    ]);
  });

  it.each<[string, string, object]>([
    ['a place', 'output_text.done', { output_index: 0, text: 'Hi' }],
    ['an item by its id', 'output_text.done', { item_id: 'a', text: 'Hi' }],
    [
      'an item',
      'output_item.done',
      { item: { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] } },
    ],
    ['a piece', 'output_text.delta', { delta: 'Hi' }],
  ])('starts before its text where nothing but %s tells so', (_, type, rest) => {
    const body = event(`response.${type}`, rest) + event('response.completed', { response });
    expect(read(sse, body).events.map((each) => each.type)).toEqual([
      'start',
      'text-delta',
      'finish',
    ]);
  });

  it('is truncated without its own terminal, [DONE] or not', () => {
    for (const end of ['', frame('[DONE]'), event('response.output_text.done', { text: 'Hi' })]) {
      expect(read(sse, created + text + end).failure?.error).toMatchObject({ kind: 'truncated' });
    }
  });

  it('ends with its first terminal, whatever the server still sends', () => {
    const whole = created + text + event('response.completed', { response });
    expect(read(sse, whole + text + event('error', { error }))).toEqual(read(sse, whole));
  });

  itReportsErrors(
    sse,
    {
      'in the first frame': '',
      'after a token': created + text,
      'within a tool call':
        created +
        event('response.output_item.added', { output_index: 0, item: call }) +
        event('response.function_call_arguments.delta', { output_index: 0, delta: '{"a":' }),
    },
    {
      'an error event': event('error', { error }),
      'an error event without its name': frame(JSON.stringify({ type: 'error', error })),
      'an error event of the older form': event('error', {
        code: error.code,
        message: error.message,
      }),
      'an object in a frame': frame(JSON.stringify({ error })),
      'a response that failed': event('response.failed', { response: { ...response, error } }),
      'an error and then the failure':
        event('error', { error }) + event('response.failed', { response: { ...response, error } }),
    },
  );

  itSurvivesAnyFrame(sse, {
    fields: [
      'type',
      'response',
      'response.completed',
      'response.incomplete',
      'response.output_item.done',
      'response.output_item.added',
      'response.output_text.delta',
      'response.content_part.done',
      'response.function_call_arguments.delta',
      'id',
      'model',
      'status',
      'completed',
      'output',
      'output_index',
      'item',
      'part',
      'message',
      'reasoning',
      'function_call',
      'custom_tool_call',
      'output_text',
      'summary_text',
      'content',
      'summary',
      'delta',
      'text',
      'call_id',
      'name',
      'arguments',
      'input',
      'usage',
      'incomplete_details',
      'reason',
      'error',
      '__proto__',
    ],
    frame,
  });
});
