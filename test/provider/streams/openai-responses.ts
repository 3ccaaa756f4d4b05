import { stream, type Expected, type Recording } from '../recording';

const response = { id: 'resp_1', object: 'response', model: 'm-2025', status: 'in_progress' };
const counts = {
  input_tokens: 9,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 3,
  output_tokens_details: { reasoning_tokens: 1 },
  total_tokens: 12,
};
const usage = { input: 9, output: 3, total: 12, reasoning: 1, cached: 4 };

const created = [
  { type: 'response.created', response: { ...response, output: [] } },
  { type: 'response.in_progress', response: { ...response, output: [] } },
];
const added = (output_index: number, item: object): object => ({
  type: 'response.output_item.added',
  output_index,
  item,
});
const itemDone = (output_index: number, item: object): object => ({
  type: 'response.output_item.done',
  output_index,
  item,
});
const text = (output_index: number, delta: string): object => ({
  type: 'response.output_text.delta',
  // Some servers give an item a new id in each event.
  item_id: `id-${delta}`,
  output_index,
  content_index: 0,
  delta,
  obfuscation: 'x7',
});
const completed = (output: readonly object[] = [], rest: object = {}): object => ({
  type: 'response.completed',
  response: { ...response, status: 'completed', output, usage: counts, ...rest },
});
const message = (content: string): object => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: content, annotations: [] }],
});
const weather = { type: 'function_call', id: 'fc_1', call_id: 'call_a', name: 'weather' };

const responses = (
  name: string,
  frames: readonly unknown[],
  expected: Partial<Expected>,
): Recording => stream(`responses: ${name}`, 'openai-responses', frames, expected);

const whole: Partial<Expected> = { finish: 'stop', finish_raw: 'completed', usage };
const called: Partial<Expected> = { finish: 'tool-calls', finish_raw: 'completed', usage };

/** The same answer, as each event that may tell it. */
const told = {
  textDone: { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'Hi 👋' },
  partDone: {
    type: 'response.content_part.done',
    output_index: 0,
    content_index: 0,
    part: { type: 'output_text', text: 'Hi 👋' },
  },
  itemDone: itemDone(0, message('Hi 👋')),
};

export const responsesStreams: readonly Recording[] = [
  responses(
    'text, told four times',
    [
      ...created,
      added(0, { type: 'message', id: 'msg_1', role: 'assistant', content: [] }),
      {
        type: 'response.content_part.added',
        output_index: 0,
        content_index: 0,
        part: { type: 'output_text', text: '' },
      },
      text(0, 'Hi '),
      text(0, '👋'),
      told.textDone,
      told.partDone,
      told.itemDone,
      completed([message('Hi 👋')]),
    ],
    { ...whole, text: 'Hi 👋' },
  ),
  ...Object.entries(told).map(([where, event]) =>
    responses(
      `text told only in ${where} and later`,
      [...created, event, told.itemDone, completed([message('Hi 👋')])],
      {
        ...whole,
        text: 'Hi 👋',
      },
    ),
  ),
  responses('text told only in the last event', [...created, completed([message('Hi 👋')])], {
    ...whole,
    text: 'Hi 👋',
  }),
  responses(
    'two messages, the second one told only when it is done',
    [
      ...created,
      text(0, 'One. '),
      itemDone(0, message('One. ')),
      itemDone(1, message('Two.')),
      completed([message('One. '), message('Two.')]),
    ],
    { ...whole, text: 'One. Two.' },
  ),
  responses(
    'no event lines, comments, and [DONE] at the end',
    [
      ': OPENROUTER PROCESSING\n\n',
      ...[...created, text(0, 'Hi'), completed([message('Hi')])].map(
        (event) => `data: ${JSON.stringify(event)}\n\n`,
      ),
      'data: [DONE]\n\n',
    ],
    { ...whole, text: 'Hi' },
  ),
  responses(
    'a place in the last output that differs from the events',
    [
      ...created,
      text(3, 'Hi'),
      itemDone(3, message('Hi')),
      itemDone(5, { ...weather, arguments: '{}' }),
      completed([message('Hi'), { ...weather, arguments: '{}' }]),
    ],
    { ...called, text: 'Hi', tool_calls: [{ id: 'call_a', name: 'weather', args: {} }] },
  ),
  responses(
    'reasoning, and a summary that tells it again',
    [
      ...created,
      added(0, { type: 'reasoning', id: 'rs_1', summary: [] }),
      {
        type: 'response.reasoning_text.delta',
        output_index: 0,
        content_index: 0,
        delta: 'Two and ',
      },
      { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'two.' },
      {
        type: 'response.reasoning_text.done',
        output_index: 0,
        content_index: 0,
        text: 'Two and two.',
      },
      itemDone(0, {
        type: 'reasoning',
        content: [{ type: 'reasoning_text', text: 'Two and two.' }],
        summary: [{ type: 'summary_text', text: 'A sum.' }],
        encrypted_content: 'gAAA',
      }),
      text(1, '4'),
      completed(),
    ],
    { ...whole, text: '4', reasoning: 'Two and two.' },
  ),
  responses(
    'reasoning in pieces of its content, and then only its summary',
    [
      ...created,
      { type: 'response.reasoning_text.delta', output_index: 0, delta: 'Two and two.' },
      itemDone(0, {
        type: 'reasoning',
        summary: [
          { type: 'summary_text', text: 'A sum.' },
          { type: 'summary_text', text: 'Easy.' },
        ],
      }),
      text(1, '4'),
      completed(),
    ],
    { ...whole, text: '4', reasoning: 'Two and two.' },
  ),
  responses(
    'a call without an id, told again in the last event',
    [
      ...created,
      itemDone(0, { type: 'function_call', name: 'weather', arguments: '{}' }),
      completed([{ type: 'function_call', name: 'weather', arguments: '{}' }]),
    ],
    { ...called, tool_calls: [{ id: 'call_0', name: 'weather', args: {} }] },
  ),
  responses(
    'summaries of reasoning, in pieces and whole',
    [
      ...created,
      {
        type: 'response.reasoning_summary_part.added',
        output_index: 0,
        summary_index: 0,
        part: { type: 'summary_text', text: '' },
      },
      {
        type: 'response.reasoning_summary_text.delta',
        output_index: 0,
        summary_index: 0,
        delta: 'A sum. ',
      },
      {
        type: 'response.reasoning_summary_text.done',
        output_index: 0,
        summary_index: 0,
        text: 'A sum. ',
      },
      {
        type: 'response.reasoning_summary_part.done',
        output_index: 0,
        summary_index: 1,
        part: { type: 'summary_text', text: 'Easy.' },
      },
      itemDone(0, {
        type: 'reasoning',
        summary: [
          { type: 'summary_text', text: 'A sum. ' },
          { type: 'summary_text', text: 'Easy.' },
        ],
      }),
      itemDone(1, {
        type: 'reasoning',
        summary: [
          { type: 'summary_text', text: ' Really' },
          { type: 'summary_text', text: ' easy.' },
        ],
      }),
      text(2, '4'),
      completed(),
    ],
    { ...whole, text: '4', reasoning: 'A sum. Easy. Really easy.' },
  ),
  responses(
    'parallel calls whose pieces take turns',
    [
      ...created,
      added(0, { ...weather, arguments: '' }),
      added(1, { ...weather, call_id: 'call_b', arguments: '' }),
      {
        type: 'response.function_call_arguments.delta',
        item_id: 'x',
        output_index: 0,
        delta: '{"city":',
      },
      {
        type: 'response.function_call_arguments.delta',
        item_id: 'y',
        output_index: 1,
        delta: '{"city":"Oslo"}',
      },
      {
        type: 'response.function_call_arguments.delta',
        item_id: 'z',
        output_index: 0,
        delta: '"Rome"}',
      },
      {
        type: 'response.function_call_arguments.done',
        item_id: 'z',
        output_index: 0,
        arguments: '{"city":"Rome"}',
      },
      itemDone(0, { ...weather, arguments: '{"city":"Rome"}' }),
      itemDone(1, { ...weather, call_id: 'call_b', arguments: '{"city":"Oslo"}' }),
      completed([{ ...weather, arguments: '{"city":"Rome"}' }]),
    ],
    {
      ...called,
      tool_calls: [
        { id: 'call_a', name: 'weather', args: { city: 'Rome' } },
        { id: 'call_b', name: 'weather', args: { city: 'Oslo' } },
      ],
    },
  ),
  responses(
    'calls told only whole, one without arguments',
    [
      ...created,
      added(0, { ...weather, arguments: '' }),
      {
        type: 'response.function_call_arguments.done',
        output_index: 0,
        arguments: '{"city":"Rome"}',
      },
      itemDone(1, { ...weather, call_id: 'call_b', arguments: '' }),
      completed([{ ...weather, call_id: 'call_c', arguments: '{}' }]),
    ],
    {
      ...called,
      tool_calls: [
        { id: 'call_a', name: 'weather', args: { city: 'Rome' } },
        { id: 'call_b', name: 'weather', args: {} },
        { id: 'call_c', name: 'weather', args: {} },
      ],
    },
  ),
  responses(
    'a tool that takes text, and tools that the server runs itself',
    [
      ...created,
      added(0, { type: 'web_search_call', id: 'ws_1', status: 'in_progress' }),
      { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' },
      itemDone(0, { type: 'web_search_call', id: 'ws_1', action: { type: 'search' } }),
      itemDone(1, { type: 'local_shell_call', call_id: 'call_s', action: { type: 'exec' } }),
      added(2, { type: 'custom_tool_call', call_id: 'call_a', name: 'sql', input: '' }),
      { type: 'response.custom_tool_call_input.delta', output_index: 2, delta: 'SELECT ' },
      { type: 'response.custom_tool_call_input.delta', output_index: 2, delta: '1' },
      { type: 'response.custom_tool_call_input.done', output_index: 2, input: 'SELECT 1' },
      itemDone(2, { type: 'custom_tool_call', call_id: 'call_a', name: 'sql', input: 'SELECT 1' }),
      completed(),
    ],
    { ...called, tool_calls: [{ id: 'call_a', name: 'sql', input: 'SELECT 1' }] },
  ),
  responses(
    'only tools that the server runs itself',
    [...created, itemDone(0, { type: 'local_shell_call', call_id: 'call_s' }), completed()],
    whole,
  ),
  responses(
    'an answer that the length cuts within a call and within a text for a tool',
    [
      ...created,
      text(0, 'I look'),
      itemDone(1, { ...weather, arguments: '{"city":"Rome"}' }),
      added(2, { ...weather, call_id: 'call_b', arguments: '' }),
      { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{"city":"O' },
      itemDone(2, { ...weather, call_id: 'call_b', arguments: '{"city":"O', status: 'incomplete' }),
      added(3, { type: 'custom_tool_call', call_id: 'call_c', name: 'sql', input: '' }),
      { type: 'response.custom_tool_call_input.delta', output_index: 3, delta: 'DROP TABLE a' },
      itemDone(3, {
        type: 'custom_tool_call',
        call_id: 'call_c',
        name: 'sql',
        input: 'DROP TABLE a',
        status: 'incomplete',
      }),
      {
        type: 'response.incomplete',
        response: {
          ...response,
          status: 'incomplete',
          incomplete_details: { reason: 'max_output_tokens' },
          usage: counts,
        },
      },
    ],
    {
      text: 'I look',
      finish: 'length',
      finish_raw: 'max_output_tokens',
      usage,
      tool_calls: [{ id: 'call_a', name: 'weather', args: { city: 'Rome' } }],
    },
  ),
  responses(
    'an answer that a filter cuts',
    [
      ...created,
      text(0, 'Well'),
      {
        type: 'response.incomplete',
        response: {
          ...response,
          status: 'incomplete',
          incomplete_details: { reason: 'content_filter' },
        },
      },
    ],
    { text: 'Well', finish: 'content-filter', finish_raw: 'content_filter' },
  ),
  responses(
    'a refusal, in pieces and whole',
    [
      ...created,
      { type: 'response.refusal.delta', output_index: 0, content_index: 0, delta: "I can't " },
      { type: 'response.refusal.delta', output_index: 0, content_index: 0, delta: 'do that.' },
      {
        type: 'response.refusal.done',
        output_index: 0,
        content_index: 0,
        refusal: "I can't do that.",
      },
      itemDone(0, { type: 'message', content: [{ type: 'refusal', refusal: "I can't do that." }] }),
      completed(),
    ],
    { ...whole, refusal: "I can't do that." },
  ),
  responses(
    'events and fields that nobody knows',
    [
      'event: response.mystery\ndata: {"type":"response.mystery","output_index":9,"delta":"no"}\n\n',
      { kind: 'nothing' },
      ...created,
      added(0, {
        type: 'dream',
        id: 'd_1',
        content: [{ type: 'output_text', text: 'no' }].slice(1),
      }),
      { type: 'response.output_text.delta', output_index: 1, delta: { odd: true } },
      { ...text(1, 'Hi'), mood: 'good', logprobs: [] },
      { type: 'response.output_item.done', output_index: 2, item: null },
      { type: 'response.content_part.done', output_index: 1, part: 7 },
      {
        ...completed(),
        response: {
          ...response,
          status: 'completed',
          output: [null, 3],
          usage: counts,
          service_tier: 'x',
        },
      },
    ],
    { ...whole, text: 'Hi' },
  ),
  responses(
    'a failure',
    [
      ...created,
      text(0, 'Hi'),
      {
        type: 'response.failed',
        response: {
          ...response,
          status: 'failed',
          error: { code: 'server_error', message: 'oops' },
        },
      },
    ],
    { error: { kind: 'server' } },
  ),
  responses(
    'a failure without a word',
    [
      ...created,
      { type: 'response.failed', response: { ...response, status: 'failed', error: null } },
    ],
    { error: { kind: 'server' } },
  ),
  responses(
    'an error event, then the failure',
    [
      ...created,
      {
        type: 'error',
        sequence_number: 2,
        error: {
          type: 'insufficient_quota',
          code: 'insufficient_quota',
          message: 'pay',
          param: null,
        },
      },
      {
        type: 'response.failed',
        response: {
          ...response,
          status: 'failed',
          error: { code: 'insufficient_quota', message: 'pay' },
        },
      },
    ],
    { error: { kind: 'quota-exhausted' } },
  ),
  responses(
    'an error event of the older form',
    [...created, { type: 'error', code: 'rate_limit_exceeded', message: 'slow', param: null }],
    { error: { kind: 'rate-limited' } },
  ),
  responses(
    'a whole body in place of a stream',
    [
      {
        ...response,
        status: 'completed',
        error: null,
        output: [
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'A sum.' }] },
          message('4'),
          { ...weather, arguments: '{"city":"Rome"}' },
        ],
        usage: counts,
      },
    ],
    {
      ...called,
      format: 'json',
      text: '4',
      reasoning: 'A sum.',
      tool_calls: [{ id: 'call_a', name: 'weather', args: { city: 'Rome' } }],
    },
  ),
  responses(
    'a whole body that is cut by the length',
    [
      {
        ...response,
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [message('4')],
      },
    ],
    { format: 'json', text: '4', finish: 'length', finish_raw: 'max_output_tokens' },
  ),
  responses(
    'a whole body that has failed',
    [{ ...response, status: 'failed', error: { code: 'server_error', message: 'oops' } }],
    {
      format: 'json',
      error: { kind: 'server' },
    },
  ),
  responses('a body that is still in progress', [{ ...response, output: [] }], {
    format: 'json',
    error: { kind: 'malformed' },
  }),
];
