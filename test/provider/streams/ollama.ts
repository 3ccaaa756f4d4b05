import { stream, type Expected, type Recording } from '../recording';

const lines = (name: string, frames: readonly unknown[], expected: Partial<Expected>): Recording =>
  stream(`ollama: ${name}`, 'ollama', frames, expected);

const said = (message: object, rest: object = {}): object => ({
  model: 'qwen3',
  created_at: '2026-01-01T00:00:00.0Z',
  message: { role: 'assistant', content: '', ...message },
  done: false,
  ...rest,
});
const end = (done_reason: string | undefined, message: object = {}): object =>
  said(message, {
    done_reason,
    done: true,
    total_duration: 9,
    prompt_eval_count: 9,
    eval_count: 3,
  });

const stopped: Partial<Expected> = {
  finish: 'stop',
  finish_raw: 'stop',
  usage: { input: 9, output: 3 },
};

/** What Ollama sends. */
export const ollamaStreams: readonly Recording[] = [
  lines(
    'thinking, then text',
    [
      said({ thinking: 'Hm. ' }),
      said({ thinking: 'Yes.' }),
      said({ content: 'Grüße, ' }),
      said({ content: '世界 👋🏽' }),
      end('stop'),
    ],
    { ...stopped, text: 'Grüße, 世界 👋🏽', reasoning: 'Hm. Yes.' },
  ),
  lines(
    'thinking, then calls',
    [
      said({ thinking: 'Hm.' }),
      said({ tool_calls: [{ function: { name: 'weather', arguments: { city: 'Rome' } } }] }),
      said({ tool_calls: [{ id: 'call_x', function: { index: 1, name: 'time', arguments: {} } }] }),
      end('stop'),
    ],
    {
      ...stopped,
      finish: 'tool-calls',
      reasoning: 'Hm.',
      tool_calls: [
        { id: null, name: 'weather', args: { city: 'Rome' } },
        { id: 'call_x', name: 'time', args: {} },
      ],
    },
  ),
  lines('no reason from an old server', [said({ content: 'Hi' }), end(undefined)], {
    ...stopped,
    finish_raw: null,
    text: 'Hi',
  }),
  lines('a length', [said({ content: 'Hi' }), end('length', { content: ' you' })], {
    ...stopped,
    finish: 'length',
    finish_raw: 'length',
    text: 'Hi you',
  }),
  ...['load', 'unload'].map((reason) =>
    lines(`a model that is only to ${reason}`, [said({}, { done: true, done_reason: reason })], {
      finish: 'unknown',
      finish_raw: reason,
    }),
  ),
  lines(
    'an error in the middle',
    [said({ content: 'Hi' }), { error: 'the model runner has stopped' }],
    { error: { kind: 'server' } },
  ),
  lines('an error before all', [{ error: { message: 'no', type: 'api_error', code: null } }], {
    error: { kind: 'server' },
  }),
  lines('one body in place of lines', [end('stop', { content: 'Hi' })], {
    ...stopped,
    format: 'json',
    text: 'Hi',
  }),
];
