import { stream, type Expected, type Recording } from '../recording';

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm-2025' };
const done = 'data: [DONE]\n\n';

/** A chunk with one choice. */
const chunk = (delta: object, rest: object = {}): object => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason: null, ...rest }],
});
const finish = (finish_reason: string, rest: object = {}): object => ({
  ...head,
  choices: [{ index: 0, delta: {}, finish_reason }],
  ...rest,
});
const call = (index: number, rest: object): object => chunk({ tool_calls: [{ index, ...rest }] });
const piece = (index: number, text: string | null): object =>
  call(index, { function: { arguments: text } });
const counts = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
const weather = { name: 'weather', arguments: '' };

const chat = (name: string, frames: readonly unknown[], expected: Partial<Expected>): Recording =>
  stream(`chat: ${name}`, 'openai-chat', frames, expected);

const stopped: Partial<Expected> = { finish: 'stop', finish_raw: 'stop' };
const called: Partial<Expected> = { finish: 'tool-calls', finish_raw: 'tool_calls' };

export const chatStreams: readonly Recording[] = [
  chat(
    'text, with usage in a chunk of its own',
    [
      chunk({ role: 'assistant', content: '', refusal: null }, { logprobs: null }),
      { ...chunk({ content: 'Grüße, ' }), obfuscation: 'x7Kq', usage: null },
      { ...chunk({ content: '世界 👋🏽!\n\ndata: no' }), obfuscation: 'x', usage: null },
      finish('stop', { usage: null }),
      {
        ...head,
        choices: [],
        usage: {
          ...counts,
          prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
          completion_tokens_details: { reasoning_tokens: 1 },
        },
      },
      done,
    ],
    {
      ...stopped,
      text: 'Grüße, 世界 👋🏽!\n\ndata: no',
      usage: { input: 9, output: 3, total: 12, reasoning: 1, cached: 4 },
    },
  ),
  chat(
    'no [DONE], and no line end after the last event',
    [chunk({ content: 'Hi' }), `data: ${JSON.stringify(finish('stop'))}`],
    { ...stopped, text: 'Hi' },
  ),
  chat('[DONE] without a finish reason', [chunk({ content: 'Hi' }), done], { text: 'Hi' }),
  chat(
    '[DONE] without a finish reason, after one whole call and one that breaks off',
    [
      call(0, { id: 'a', function: { name: 'weather', arguments: '{"city":"Paris"}' } }),
      call(1, { id: 'b', function: { name: 'weather', arguments: '{"city":"Lo' } }),
      { ...head, choices: [], usage: counts },
      done,
    ],
    {
      tool_calls: [{ id: 'a', name: 'weather', args: { city: 'Paris' } }],
      usage: { input: 9, output: 3, total: 12 },
    },
  ),
  chat(
    '[DONE] without a finish reason, after a call that has no arguments yet',
    [chunk({ content: 'Hi' }), call(0, { id: 'a', function: weather }), done],
    { text: 'Hi' },
  ),
  chat(
    'an unknown finish reason, after a call without arguments',
    [call(0, { id: 'a', function: weather }), finish('eos'), done],
    {
      finish: 'unknown',
      finish_raw: 'eos',
      tool_calls: [{ id: 'a', name: 'weather', args: {} }],
    },
  ),
  chat(
    'a finish reason that is null again in the chunk with the usage',
    [
      ': OPENROUTER PROCESSING\n\n',
      chunk({ role: 'assistant', content: '' }),
      ': OPENROUTER PROCESSING\n\n',
      chunk({ content: 'Hi' }),
      finish('stop'),
      { ...chunk({ content: '' }), usage: { ...counts, cost: 0.1 } },
      done,
    ],
    { ...stopped, text: 'Hi', usage: { input: 9, output: 3, total: 12 } },
  ),
  chat('an unknown finish reason', [chunk({ content: 'Hi' }), finish('tired'), done], {
    text: 'Hi',
    finish: 'unknown',
    finish_raw: 'tired',
  }),
  chat(
    'events, chunks and fields that nobody knows',
    [
      ': ping\n\n',
      'event: heartbeat\ndata: {}\n\n',
      'id: 7\nretry: 10\nnews: x\n\n',
      { type: 'mystery', payload: { deep: [1, null] } },
      { ...head, choices: null },
      { ...head, choices: 'none' },
      { ...head, choices: [null, 1, { index: 0, delta: null }] },
      chunk({ content: { odd: true }, tool_calls: [null, 7], reasoning: 3, refusal: [] }),
      { ...chunk({ content: 'Hi', mood: 'good' }, { strange: [] }), usage: 'free', x_groq: 1 },
      finish('stop', { usage: { prompt_tokens: 'many', completion_tokens: 2 } }),
      done,
    ],
    { ...stopped, text: 'Hi', usage: { output: 2 } },
  ),
  chat(
    'a call of the tool that was to be called, behind which the model just stops',
    [
      call(0, { id: 'a', type: 'function', function: weather }),
      piece(0, '{"city":"Rome"}'),
      finish('stop'),
      done,
    ],
    {
      finish: 'tool-calls',
      finish_raw: 'stop',
      tool_calls: [{ id: 'a', name: 'weather', args: { city: 'Rome' } }],
    },
  ),
  chat(
    'a second choice, which is not the answer',
    [
      {
        ...head,
        choices: [
          { index: 1, delta: { content: 'no' } },
          { index: 0, delta: { content: 'yes' } },
        ],
      },
      { ...head, choices: [{ index: 1, delta: {}, finish_reason: 'length' }] },
      finish('stop'),
      { ...head, choices: [{ index: 1, delta: { content: 'no' } }] },
      done,
    ],
    { ...stopped, text: 'yes' },
  ),
  chat(
    'parallel calls whose pieces take turns',
    [
      chunk({ role: 'assistant', content: null }),
      call(0, { id: 'call_a', type: 'function', function: weather }),
      call(1, { id: 'call_b', type: 'function', function: weather }),
      piece(0, '{"city":'),
      piece(1, '{"city":"Ber'),
      piece(0, '"Paris"}'),
      piece(1, 'lin"}'),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        { id: 'call_a', name: 'weather', args: { city: 'Paris' } },
        { id: 'call_b', name: 'weather', args: { city: 'Berlin' } },
      ],
    },
  ),
  chat(
    'a call whose index begins at 1, with its name emptied and its id repeated',
    [
      call(1, { id: '0', function: { name: 'weather' } }),
      call(1, { id: '0', function: { name: '', arguments: null } }),
      call(1, { id: '0', function: { name: 'weather', arguments: '{"city":' } }),
      call(1, { id: null, function: { name: '', arguments: '"Rome"}' } }),
      finish('tool_calls'),
      done,
    ],
    { ...called, tool_calls: [{ id: '0', name: 'weather', args: { city: 'Rome' } }] },
  ),
  chat(
    'whole calls that all say index 0',
    [
      call(0, { id: 'a', function: { name: 'weather', arguments: '{"city":"Rome"}' } }),
      call(0, { id: 'b', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }),
      call(0, { id: 'c', function: { name: 'time', arguments: '' } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        { id: 'a', name: 'weather', args: { city: 'Rome' } },
        { id: 'b', name: 'weather', args: { city: 'Oslo' } },
        { id: 'c', name: 'time', args: {} },
      ],
    },
  ),
  chat(
    'a call whose id differs in each piece',
    [
      call(0, { id: 'a', function: { name: 'weather', arguments: '{"city":' } }),
      call(0, { id: 'b', function: { arguments: '"Rome"}' } }),
      finish('tool_calls'),
      done,
    ],
    { ...called, tool_calls: [{ id: 'a', name: 'weather', args: { city: 'Rome' } }] },
  ),
  chat(
    'calls without an index, and one without an id',
    [
      chunk({ tool_calls: [{ id: 'a', function: { name: 'weather', arguments: '{"city":' } }] }),
      chunk({ tool_calls: [{ function: { arguments: '"Rome"}' } }] }),
      chunk({ tool_calls: [{ function: { name: 'time', arguments: { zone: 'UTC' } } }] }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        { id: 'a', name: 'weather', args: { city: 'Rome' } },
        { id: 'call_1', name: 'time', args: { zone: 'UTC' } },
      ],
    },
  ),
  chat(
    'a tool that takes text',
    [
      call(0, { id: 'a', type: 'custom', custom: { name: 'sql', input: '' } }),
      call(0, { custom: { input: 'SELECT ' } }),
      call(0, { custom: { input: '1' } }),
      finish('tool_calls'),
      done,
    ],
    { ...called, tool_calls: [{ id: 'a', name: 'sql', input: 'SELECT 1' }] },
  ),
  chat(
    'the function call of older servers',
    [
      chunk({ function_call: { name: 'weather', arguments: '{"city":' } }),
      chunk({ function_call: { arguments: '"Rome"}' } }),
      finish('function_call'),
      done,
    ],
    {
      finish: 'tool-calls',
      finish_raw: 'function_call',
      tool_calls: [{ id: null, name: 'weather', args: { city: 'Rome' } }],
    },
  ),
  chat(
    'arguments that are not JSON',
    [
      call(0, { id: 'a', function: { name: 'weather', arguments: '{"city": Rome}' } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [{ id: 'a', name: 'weather', input: '{"city": Rome}', invalid: true }],
    },
  ),
  chat(
    'a call that the length cuts',
    [
      chunk({ content: 'I look' }),
      call(0, { id: 'a', function: { name: 'time', arguments: '{}' } }),
      call(1, { id: 'b', function: { name: 'weather', arguments: '{"city":"R' } }),
      call(2, { id: 'c', function: { name: 'weather', arguments: '' } }),
      finish('length'),
      done,
    ],
    {
      text: 'I look',
      finish: 'length',
      finish_raw: 'length',
      tool_calls: [{ id: 'a', name: 'time', args: {} }],
    },
  ),
  chat(
    'a refusal, kept apart from the text',
    [
      chunk({ role: 'assistant', content: null, refusal: '' }),
      chunk({ refusal: "I can't " }),
      chunk({ refusal: 'do that.' }),
      finish('stop'),
      done,
    ],
    { ...stopped, refusal: "I can't do that." },
  ),
  chat(
    'Azure: a first chunk without choices, and a filtered end without a delta',
    [
      {
        id: '',
        object: '',
        created: 0,
        model: '',
        choices: [],
        prompt_filter_results: [{ prompt_index: 0 }],
      },
      chunk({ role: 'assistant', content: 'Well' }, { content_filter_results: {} }),
      {
        ...head,
        choices: [{ index: 0, finish_reason: 'content_filter', content_filter_results: {} }],
      },
      done,
    ],
    { text: 'Well', finish: 'content-filter', finish_raw: 'content_filter' },
  ),
  chat(
    'Groq: reasoning, and usage under a name of its own',
    [
      { ...chunk({ role: 'assistant', content: null }), x_groq: { id: 'req_1' } },
      chunk({ reasoning: 'Hm. ' }),
      chunk({ reasoning: 'Yes.' }),
      chunk({ content: 'Hi' }),
      finish('stop', { x_groq: { id: 'req_1', usage: counts } }),
      done,
    ],
    { ...stopped, text: 'Hi', reasoning: 'Hm. Yes.', usage: { input: 9, output: 3, total: 12 } },
  ),
  chat(
    'Groq: a tool call that fails',
    [
      chunk({ role: 'assistant', content: null }),
      chunk({ reasoning: 'Hm.' }),
      'event: error\ndata: {"error":{"message":"no","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"x","status_code":400}}\n\n',
    ],
    { error: { kind: 'server' } },
  ),
  chat(
    'DeepSeek: reasoning and text by turns, comments between, counts of its own',
    [
      ': keep-alive\n\n',
      chunk({ role: 'assistant', content: null, reasoning_content: '' }),
      chunk({ content: null, reasoning_content: 'Two ' }),
      ': keep-alive\n\n',
      chunk({ content: null, reasoning_content: 'and two.' }),
      chunk({ content: '4', reasoning_content: null }),
      finish('stop', {
        usage: { ...counts, prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 1 },
      }),
      done,
    ],
    {
      ...stopped,
      text: '4',
      reasoning: 'Two and two.',
      usage: { input: 9, output: 3, total: 12, cached: 8 },
    },
  ),
  chat(
    'DeepSeek: no resources left',
    [chunk({ content: 'Hi' }), finish('insufficient_system_resource'), done],
    { error: { kind: 'server' } },
  ),
  chat(
    'Mistral: content in parts, and a reason of its own',
    [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm. ' }] }] }),
      chunk({
        content: [
          { type: 'thinking', thinking: 'Yes.' },
          { type: 'text', text: 'Hi' },
        ],
      }),
      chunk({ content: [{ type: 'reference', reference_ids: [1] }] }),
      chunk({ content: ' you' }),
      finish('model_length', { usage: counts }),
      done,
    ],
    {
      text: 'Hi you',
      reasoning: 'Hm. Yes.',
      finish: 'length',
      finish_raw: 'model_length',
      usage: { input: 9, output: 3, total: 12 },
    },
  ),
  chat(
    'xAI: no finish reason until the end, and output counted without the reasoning',
    [
      { ...head, choices: [{ index: 0, delta: { role: 'assistant', reasoning_content: 'Hm' } }] },
      { ...head, choices: [{ index: 0, delta: { content: 'Hi' } }] },
      { ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      {
        ...head,
        choices: [],
        usage: {
          prompt_tokens: 12,
          completion_tokens: 1,
          total_tokens: 303,
          completion_tokens_details: { reasoning_tokens: 290 },
        },
      },
      done,
    ],
    {
      ...stopped,
      text: 'Hi',
      reasoning: 'Hm',
      usage: { input: 12, output: 1, total: 303, reasoning: 290 },
    },
  ),
  chat(
    'OpenRouter: the same reasoning in two fields, then in one',
    [
      chunk({
        content: '',
        reasoning: 'Hm. ',
        reasoning_details: [{ type: 'reasoning.text', text: 'Hm. ' }],
      }),
      chunk({
        content: '',
        reasoning_details: [
          { type: 'reasoning.summary', summary: 'So ' },
          { type: 'reasoning.text', text: 'be it.' },
        ],
      }),
      chunk({ content: '', reasoning_details: [{ type: 'reasoning.encrypted', data: 'gAAA' }] }),
      chunk({ content: 'Hi' }),
      finish('stop'),
      done,
    ],
    { ...stopped, text: 'Hi', reasoning: 'Hm. So be it.' },
  ),
  chat(
    'OpenRouter: an error beside the choices',
    [
      chunk({ content: 'Hi' }),
      {
        ...head,
        error: { code: 502, message: 'lost' },
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
      },
      done,
    ],
    { error: { kind: 'server' } },
  ),
  chat(
    'OpenRouter: an error after the finish reason',
    [
      chunk({ content: 'Hi' }),
      finish('length'),
      { ...head, choices: [], error: { code: 429, message: 'slow down' } },
      done,
    ],
    { error: { kind: 'rate-limited' } },
  ),
  chat(
    'Moonshot: the last text, the reason and the usage in one choice',
    [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hi' }, { finish_reason: 'stop', usage: { ...counts, cached_tokens: 5 } }),
      done,
    ],
    { ...stopped, text: 'Hi', usage: { input: 9, output: 3, total: 12, cached: 5 } },
  ),
  chat(
    'Perplexity: usage in each chunk',
    [
      { ...chunk({ content: 'H' }), usage: { ...counts, completion_tokens: 1 }, citations: [] },
      { ...chunk({ content: 'i' }), usage: { ...counts, completion_tokens: 2 }, citations: [] },
      finish('stop', { usage: counts }),
      done,
    ],
    { ...stopped, text: 'Hi', usage: { input: 9, output: 3, total: 12 } },
  ),
  chat(
    'vLLM: a flat error, then [DONE]',
    [
      chunk({ content: 'Hi' }),
      { object: 'error', message: 'engine died', type: 'InternalServerError', code: 500 },
      done,
    ],
    { error: { kind: 'server' } },
  ),
  chat(
    'vLLM: an error before any output, then [DONE]',
    [{ error: { message: 'busy', type: 'server_error', param: null, code: null } }, done],
    { error: { kind: 'server' } },
  ),
  chat(
    'llama.cpp: an error in a field of its own',
    [chunk({ content: 'Hi' }), 'error: {"code":500,"message":"oops","type":"server_error"}\n\n'],
    { error: { kind: 'server' } },
  ),
  chat('a frame that is not JSON', [chunk({ content: 'Hi' }), 'data: {"choices":[}\n\n', done], {
    error: { kind: 'malformed' },
  }),
  chat(
    'legacy completions',
    [
      {
        id: 'cmpl-1',
        object: 'text_completion',
        model: 'm',
        choices: [{ text: 'Once', index: 0, logprobs: null, finish_reason: null }],
      },
      {
        id: 'cmpl-1',
        object: 'text_completion',
        model: 'm',
        choices: [{ text: ' upon', index: 0, finish_reason: 'length' }],
      },
      { id: 'cmpl-1', object: 'text_completion', model: 'm', choices: [], usage: counts },
      done,
    ],
    {
      text: 'Once upon',
      finish: 'length',
      finish_raw: 'length',
      usage: { input: 9, output: 3, total: 12 },
    },
  ),
  chat(
    'a whole body in place of a stream',
    [
      {
        ...head,
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            message: {
              role: 'assistant',
              content: 'I look.',
              refusal: null,
              reasoning_content: 'Hm.',
              tool_calls: [
                {
                  id: 'a',
                  type: 'function',
                  function: { name: 'weather', arguments: '{"city":"Rome"}' },
                },
                { id: 'b', type: 'function', function: { name: 'time', arguments: '' } },
              ],
            },
            finish_reason: 'tool_calls',
          },
        ],
        usage: counts,
      },
    ],
    {
      ...called,
      format: 'json',
      text: 'I look.',
      reasoning: 'Hm.',
      tool_calls: [
        { id: 'a', name: 'weather', args: { city: 'Rome' } },
        { id: 'b', name: 'time', args: {} },
      ],
      usage: { input: 9, output: 3, total: 12 },
    },
  ),
  chat(
    'an error body with status 200',
    [
      {
        error: {
          message: 'filtered',
          type: null,
          param: 'prompt',
          code: 'content_filter',
          status: 400,
        },
      },
    ],
    { format: 'json', error: { kind: 'content-filtered' } },
  ),
  chat('a body that is no completion', [{ hello: 'world' }], {
    format: 'json',
    error: { kind: 'malformed' },
  }),
  chat(
    'an error body with its own status',
    [
      {
        error: { message: 'no such model', type: 'invalid_request_error', code: 'model_not_found' },
      },
    ],
    { format: 'json', http_status: 404, error: { kind: 'invalid-request' } },
  ),
];
