import { stream, type Expected, type Recording } from '../recording';

const response = { id: 'resp_2', object: 'response', model: 'm-2026', status: 'in_progress' };
const created = { type: 'response.created', response: { ...response, error: null, output: [] } };
const text = (output_index: number, delta: string): object => ({
  type: 'response.output_text.delta',
  output_index,
  content_index: 0,
  item_id: 'msg_1',
  delta,
  logprobs: [{ token: delta, logprob: -0.1, top_logprobs: [] }],
});
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
const counts = {
  input_tokens: 9,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 4 },
  output_tokens: 3,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 12,
};
const end = (type: string, rest: object = {}): object => ({
  type: `response.${type}`,
  response: {
    ...response,
    status: type,
    error: null,
    incomplete_details: null,
    output: [],
    usage: counts,
    ...rest,
  },
});

const responses = (
  name: string,
  frames: readonly unknown[],
  expected: Partial<Expected>,
): Recording => stream(`responses: ${name}`, 'openai-responses', frames, expected);

const usage = { input: 9, output: 3, total: 12, reasoning: 0, cached: 0, cache_write: 4 };
const whole: Partial<Expected> = { finish: 'stop', finish_raw: 'completed', usage };

/** Items and ends of the Responses API that need nothing of their own, or little. */
export const responsesItemStreams: readonly Recording[] = [
  responses(
    'a background task, from the queue to its end',
    [
      { type: 'response.created', response: { ...response, status: 'queued', background: true } },
      { type: 'response.queued', response: { ...response, status: 'queued', background: true } },
      { type: 'keepalive', sequence_number: 3 },
      { type: 'response.in_progress', response },
      'event: keepalive\ndata: {}\n\n',
      text(0, 'Hi'),
      end('completed'),
    ],
    { ...whole, text: 'Hi' },
  ),
  responses(
    'tools that the server runs',
    [
      created,
      added(0, { type: 'mcp_list_tools', id: 'mcpl_1', server_label: 's', tools: [] }),
      { type: 'response.mcp_list_tools.in_progress', output_index: 0, item_id: 'mcpl_1' },
      itemDone(0, {
        type: 'mcp_list_tools',
        id: 'mcpl_1',
        tools: [{ name: 'echo', input_schema: {} }],
      }),
      added(1, { type: 'mcp_call', id: 'mcp_1', name: 'echo', arguments: '', server_label: 's' }),
      {
        type: 'response.mcp_call_arguments.delta',
        output_index: 1,
        item_id: 'mcp_1',
        delta: '{"a":1}',
      },
      {
        type: 'response.mcp_call_arguments.done',
        output_index: 1,
        item_id: 'mcp_1',
        arguments: '{"a":1}',
      },
      itemDone(1, {
        type: 'mcp_call',
        id: 'mcp_1',
        name: 'echo',
        arguments: '{"a":1}',
        output: 'no',
      }),
      added(2, { type: 'web_search_call', id: 'ws_1', status: 'in_progress' }),
      { type: 'response.web_search_call.searching', output_index: 2, item_id: 'ws_1' },
      itemDone(2, {
        type: 'web_search_call',
        id: 'ws_1',
        status: 'completed',
        action: { type: 'search', query: 'no' },
      }),
      itemDone(3, {
        type: 'file_search_call',
        id: 'fs_1',
        queries: ['no'],
        results: [{ text: 'no' }],
      }),
      {
        type: 'response.code_interpreter_call_code.delta',
        output_index: 4,
        item_id: 'ci_1',
        delta: 'print(1)',
      },
      {
        type: 'response.code_interpreter_call_code.done',
        output_index: 4,
        item_id: 'ci_1',
        code: 'print(1)',
      },
      itemDone(4, {
        type: 'code_interpreter_call',
        id: 'ci_1',
        code: 'print(1)',
        outputs: [{ type: 'logs', logs: 'no' }],
      }),
      {
        type: 'response.image_generation_call.partial_image',
        output_index: 5,
        item_id: 'ig_1',
        partial_image_b64: 'AAAA',
      },
      itemDone(5, {
        type: 'image_generation_call',
        id: 'ig_1',
        status: 'completed',
        result: 'AAAA',
      }),
      itemDone(6, { type: 'compaction', id: 'cmp_1', encrypted_content: 'gAAA' }),
      added(7, {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        phase: 'final_answer',
        content: [],
      }),
      {
        type: 'response.content_part.added',
        output_index: 7,
        content_index: 0,
        part: { type: 'output_text', text: '', annotations: [] },
      },
      text(7, 'Found.'),
      {
        type: 'response.output_text.annotation.added',
        output_index: 7,
        content_index: 0,
        annotation: { type: 'url_citation', title: 'no' },
      },
      end('completed'),
    ],
    { ...whole, text: 'Found.' },
  ),
  responses(
    'an end that is called complete and is not',
    [
      created,
      text(0, 'Hi'),
      end('completed', {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
      }),
    ],
    { ...whole, finish: 'length', finish_raw: 'max_output_tokens', text: 'Hi' },
  ),
  responses(
    'an end whose status was forgotten',
    [created, text(0, 'Hi'), end('completed', { status: 'in_progress' })],
    { ...whole, text: 'Hi' },
  ),
  responses(
    'an end that is called complete and has failed',
    [
      created,
      text(0, 'Hi'),
      end('completed', { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'no' } }),
    ],
    { error: { kind: 'rate-limited' } },
  ),
  responses('a task that was cancelled', [created, text(0, 'Hi'), end('cancelled')], {
    error: { kind: 'server' },
  }),
  responses(
    'a failure alone',
    [created, end('failed', { error: { code: 'server_error', message: 'no' } })],
    { error: { kind: 'server' } },
  ),
  responses(
    'an error whose code is null',
    [
      {
        type: 'error',
        error: { type: 'server_error', code: null, message: 'no', param: null },
        sequence_number: 2,
      },
    ],
    { error: { kind: 'server' } },
  ),
  responses(
    'an end for a reason that nobody knows',
    [
      added(0, { type: 'reasoning', id: 'rs_1', summary: [] }),
      end('incomplete', { incomplete_details: { reason: 'server_timeout' } }),
    ],
    { ...whole, finish: 'unknown', finish_raw: 'server_timeout' },
  ),
  responses(
    'arguments that are a value',
    [
      created,
      itemDone(0, {
        type: 'function_call',
        call_id: 'a',
        name: 'weather',
        arguments: { city: 'Rome' },
        status: 'completed',
      }),
      end('completed'),
    ],
    {
      ...whole,
      finish: 'tool-calls',
      tool_calls: [{ id: 'a', name: 'weather', args: { city: 'Rome' } }],
    },
  ),
  responses(
    'a whole response as the only event',
    [
      `data: ${JSON.stringify({ ...response, status: 'completed', error: null, output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }], usage: counts })}\n\n`,
    ],
    { ...whole, text: 'Hi' },
  ),
];
