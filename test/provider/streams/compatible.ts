import { stream, type Expected, type Recording } from '../recording';

const head = { id: 'chatcmpl-2', object: 'chat.completion.chunk', created: 2, model: 'm-2026' };
const done = 'data: [DONE]\n\n';

const chunk = (delta: unknown, rest: object = {}): object => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason: null, ...rest }],
});
const finish = (finish_reason: string, rest: object = {}): object => ({
  ...head,
  choices: [{ index: 0, delta: {}, finish_reason }],
  ...rest,
});
const calls = (...tool_calls: readonly object[]): object => chunk({ tool_calls });
const counts = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };

const chat = (name: string, frames: readonly unknown[], expected: Partial<Expected>): Recording =>
  stream(`compatible: ${name}`, 'openai-chat', frames, expected);

const stopped: Partial<Expected> = { finish: 'stop', finish_raw: 'stop' };
const called: Partial<Expected> = { finish: 'tool-calls', finish_raw: 'tool_calls' };
const usage = { input: 9, output: 3, total: 12 };

/** What servers do that speak OpenAI's chat completions in their own way. */
export const compatibleStreams: readonly Recording[] = [
  chat(
    'KoboldCpp: "null" for no finish reason',
    [
      chunk({ content: 'H' }, { finish_reason: 'null' }),
      chunk({ content: 'i' }, { finish_reason: 'null' }),
      finish('stop'),
      done,
    ],
    { ...stopped, text: 'Hi' },
  ),
  chat(
    'SGLang: an empty finish reason, nulls, and the stop that matched',
    [
      chunk({ role: 'assistant', content: '', tool_calls: null }, { finish_reason: '' }),
      chunk(
        { role: null, content: 'Hi', tool_calls: null },
        { finish_reason: '', matched_stop: null },
      ),
      {
        ...finish('stop', { usage: null }),
        choices: [
          { index: 0, delta: { content: null }, finish_reason: 'stop', matched_stop: 151645 },
        ],
      },
      {
        ...head,
        choices: [],
        usage: { ...counts, prompt_tokens_details: null, reasoning_tokens: 0 },
      },
      done,
    ],
    { ...stopped, text: 'Hi', usage: { ...usage, reasoning: 0 } },
  ),
  chat(
    'a delta that is null beside the finish reason',
    [chunk({ content: 'Hi' }), chunk(null, { finish_reason: 'stop' }), done],
    { ...stopped, text: 'Hi' },
  ),
  chat(
    'Together AI: each piece twice, in the delta and beside it',
    [
      chunk({ role: 'assistant', content: 'ABC', tool_calls: null }, { text: 'ABC' }),
      chunk({ role: 'assistant', content: 'DEF', tool_calls: null }, { text: 'DEF' }),
      chunk({ role: 'assistant', content: '' }, { text: '', finish_reason: 'stop' }),
      done,
    ],
    { ...stopped, text: 'ABCDEF' },
  ),
  chat(
    'calls without an index whose pieces come side by side',
    [
      calls(
        { id: 'weather_0', type: 'function', function: { name: 'weather', arguments: '' } },
        { id: 'time_1', type: 'function', function: { name: 'time', arguments: '' } },
      ),
      calls({ function: { arguments: '{"city":' } }, { function: { arguments: '{"zone":' } }),
      calls({ function: { arguments: '"Rome"}' } }, { function: { arguments: '"UTC"}' } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        { id: 'weather_0', name: 'weather', args: { city: 'Rome' } },
        { id: 'time_1', name: 'time', args: { zone: 'UTC' } },
      ],
    },
  ),
  chat(
    'calls without an index that come one after the other',
    [
      calls({ id: 'a', function: { name: 'weather', arguments: '{"city":' } }),
      calls({ function: { arguments: '"Rome"}' } }),
      calls({ id: 'b', function: { name: 'weather', arguments: '{"city":' } }),
      calls({ function: { arguments: '"Oslo"}' } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        { id: 'a', name: 'weather', args: { city: 'Rome' } },
        { id: 'b', name: 'weather', args: { city: 'Oslo' } },
      ],
    },
  ),
  chat(
    'calls whose ids come late, and are then told again',
    [
      calls({ index: 0, function: { arguments: '' } }),
      calls({ index: 0, id: 'a', function: { name: 'weather', arguments: '{"city":' } }),
      calls({ index: 0, id: 'a', function: { name: 'weather', arguments: '"Rome"}' } }),
      calls({ index: 1, function: { name: 'weather', arguments: '{"city"' } }),
      calls({ index: 1, id: 'b', function: { name: 'weather', arguments: ':' } }),
      calls({ index: 1, id: 'b', function: { name: 'weather', arguments: '"Oslo"}' } }),
      calls({ index: 1, id: 'c', function: { name: 'weather', arguments: '{}' } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        { id: 'a', name: 'weather', args: { city: 'Rome' } },
        { id: 'b', name: 'weather', args: { city: 'Oslo' } },
        { id: 'c', name: 'weather', args: {} },
      ],
    },
  ),
  chat(
    'LiteLLM: the whole call again in the last piece',
    [
      calls({ index: 0, id: 'a', function: { name: 'weather', arguments: '{"of":' } }),
      calls({ index: 0, id: 'a', function: { name: 'weather', arguments: '{"of":' } }),
      calls({ index: 0, id: 'a', function: { arguments: '{}}}' } }),
      calls({ index: 0, id: 'a', function: { name: 'weather', arguments: '{"of":{"of":{}}}' } }),
      finish('tool_calls'),
      done,
    ],
    { ...called, tool_calls: [{ id: 'a', name: 'weather', args: { of: { of: {} } } }] },
  ),
  chat(
    'whole calls without an index, all with the same id',
    [
      calls({ id: '0', function: { name: 'weather', arguments: '{"city":"Rome"}' } }),
      calls({ id: '0', function: { name: 'time', arguments: '{"zone":' } }),
      calls({ id: '0', function: { arguments: '"UTC"}' } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        { id: '0', name: 'weather', args: { city: 'Rome' } },
        { id: '0', name: 'time', args: { zone: 'UTC' } },
      ],
    },
  ),
  chat(
    'whole calls that are values, all with index 0',
    [
      calls({ index: 0, id: 'a', function: { name: 'weather', arguments: { city: 'a' } } }),
      calls({ index: 0, id: 'b', function: { name: 'weather', arguments: { city: 'b' } } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: ['a', 'b'].map((id) => ({ id, name: 'weather', args: { city: id } })),
    },
  ),
  chat(
    'calls that are values, without an index and all with the same id',
    [
      calls({ id: '0', function: { name: 'weather', arguments: { city: 'Rome' } } }),
      calls({ id: '0', function: { name: 'time', arguments: { zone: 'UTC' } } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        { id: '0', name: 'weather', args: { city: 'Rome' } },
        { id: '0', name: 'time', args: { zone: 'UTC' } },
      ],
    },
  ),
  chat(
    'whole calls with index 0 and an empty id, the last piece of which says nothing',
    [
      calls({ index: 0, id: '', function: { name: 'weather', arguments: '{"city":"Rome"}' } }),
      calls({ index: 0, id: '', function: { name: 'weather', arguments: '{"city":"{' } }),
      calls({ index: 0, id: '', function: { name: 'weather', arguments: '{}"}' } }),
      calls({ index: 0, id: '', function: { name: 'weather', arguments: '' } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        { id: 'call_0', name: 'weather', args: { city: 'Rome' } },
        { id: 'call_1', name: 'weather', args: { city: '{{}' } },
      ],
    },
  ),
  chat(
    'a call without an id that begins with nothing, and is told again',
    [
      calls({ index: 0, function: { name: 'weather', arguments: {} } }),
      calls({ index: 0, function: { name: 'weather', arguments: { city: 'Rome' } } }),
      calls({ index: 0, function: { name: 'weather', arguments: { city: 'Rome' } } }),
      calls({ index: 1, function: { name: 'time', arguments: '{"zone":"UTC"}' } }),
      calls({ index: 1, function: { name: 'time', arguments: '{"zone":"UTC"}' } }),
      calls({ index: 1, function: { name: 'now', arguments: {} } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        { id: 'call_0', name: 'weather', args: { city: 'Rome' } },
        { id: 'call_1', name: 'time', args: { zone: 'UTC' } },
        { id: 'call_2', name: 'now', args: {} },
      ],
    },
  ),
  chat(
    'indices that are texts',
    [
      chunk({ content: 'Hi' }, { index: '0' }),
      chunk({ content: 'no' }, { index: '1' }),
      calls(
        { index: '0', id: 'a', function: { name: 'weather', arguments: '{"city":' } },
        { index: '1', id: 'b', function: { name: 'weather', arguments: '{"city":' } },
      ),
      calls({ index: '1', function: { arguments: '"Oslo"}' } }),
      calls({ index: '0', function: { arguments: '"Rome"}' } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      text: 'Hi',
      tool_calls: [
        { id: 'a', name: 'weather', args: { city: 'Rome' } },
        { id: 'b', name: 'weather', args: { city: 'Oslo' } },
      ],
    },
  ),
  chat(
    'DashScope: an emptied id in each further piece, and a last piece of nothing',
    [
      chunk({ role: 'assistant', content: null }),
      calls({
        index: 0,
        id: 'call_1',
        type: 'function',
        function: { name: 'weather', arguments: '' },
      }),
      calls({ index: 0, id: '', type: 'function', function: { arguments: '{"city": "Rome' } }),
      calls({ index: 0, id: '', type: 'function', function: { arguments: '"}' } }),
      {
        ...head,
        choices: [
          {
            index: 0,
            delta: {
              tool_calls: [{ index: 0, id: '', type: 'function', function: { arguments: '' } }],
            },
          },
        ],
      },
      finish('tool_calls', { usage: null }),
      { ...head, choices: [], usage: { ...counts, prompt_tokens_details: { cached_tokens: 0 } } },
      done,
    ],
    {
      ...called,
      tool_calls: [{ id: 'call_1', name: 'weather', args: { city: 'Rome' } }],
      usage: { ...usage, cached: 0 },
    },
  ),
  chat(
    'an empty list of calls in each chunk, and empty reasoning beside the text',
    [
      chunk({ content: '', reasoning_content: 'Hm. ', tool_calls: [] }),
      chunk({ content: '', reasoning_content: 'Yes.', tool_calls: [] }),
      chunk({ content: 'Hi', reasoning_content: '', tool_calls: [] }, { finish_reason: 'stop' }),
      done,
    ],
    { ...stopped, text: 'Hi', reasoning: 'Hm. Yes.' },
  ),
  chat(
    'Perplexity: the message so far beside each piece',
    [
      chunk({ role: 'assistant', content: 'H' }, { message: { role: 'assistant', content: 'H' } }),
      chunk({ content: 'i' }, { message: { role: 'assistant', content: 'Hi' } }),
      {
        ...finish('stop', { usage: counts }),
        object: 'chat.completion.done',
        choices: [
          {
            index: 0,
            delta: { content: '' },
            message: { role: 'assistant', content: 'Hi' },
            finish_reason: 'stop',
          },
        ],
      },
      done,
    ],
    { ...stopped, text: 'Hi', usage },
  ),
  chat(
    'the whole message at the end of its pieces',
    [
      chunk({ role: 'assistant', content: 'H' }),
      chunk({ content: 'i' }),
      {
        ...head,
        object: 'chat.completion',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' },
        ],
        usage: counts,
      },
      done,
    ],
    { ...stopped, text: 'Hi', usage },
  ),
  chat(
    'one whole message in place of the pieces',
    [
      {
        ...head,
        object: 'chat.completion',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' },
        ],
        usage: counts,
      },
      done,
    ],
    { ...stopped, text: 'Hi', usage },
  ),
  chat(
    'usage that is empty in the end',
    [
      chunk({ content: 'Hi' }),
      finish('stop', { usage: counts }),
      { ...head, choices: [], usage: {} },
      done,
    ],
    { ...stopped, text: 'Hi', usage },
  ),
  chat(
    'LiteLLM: counts of the cache in the words of Anthropic',
    [
      chunk({
        reasoning_content: 'Hm.',
        thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: '' }],
      }),
      chunk({ content: 'Hi' }),
      finish('stop', {
        usage: { ...counts, cache_creation_input_tokens: 7, cache_read_input_tokens: 2 },
      }),
      done,
    ],
    { ...stopped, text: 'Hi', reasoning: 'Hm.', usage: { ...usage, cached: 2, cache_write: 7 } },
  ),
  chat(
    'GitHub Copilot: reasoning under a name of its own',
    [
      chunk({ role: 'assistant', content: null, reasoning_text: 'Hm. ' }),
      chunk({ content: null, reasoning_text: 'Yes.', reasoning_opaque: 'gAAA' }),
      chunk({ content: 'Hi' }),
      finish('stop'),
      done,
    ],
    { ...stopped, text: 'Hi', reasoning: 'Hm. Yes.' },
  ),
  chat(
    'keep-alives that are events',
    [
      'event: ping\ndata: 2026-02-20 08:40:33.556053\n\n',
      'event: keepalive\ndata:\n\n',
      chunk({ content: 'H' }),
      'event: heartbeat\ndata: still here\n\n',
      { type: 'ping' },
      'data:\n\n',
      chunk({ content: 'i' }),
      finish('stop'),
      'event: keep-alive\ndata: x\n\n',
      done,
    ],
    { ...stopped, text: 'Hi' },
  ),
  chat('Zhipu: the model gave up', [chunk({ content: 'Hi' }), finish('network_error'), done], {
    error: { kind: 'server' },
  }),
  chat('Zhipu: filtered', [chunk({ content: 'Hi' }), finish('sensitive'), done], {
    text: 'Hi',
    finish: 'content-filter',
    finish_raw: 'sensitive',
  }),
  chat('vLLM: aborted by the server', [chunk({ content: 'Hi' }), finish('abort'), done], {
    error: { kind: 'server' },
  }),
  chat(
    'Google: a list with an error in the stream',
    [chunk({ content: 'Hi' }), [{ error: { code: 503, status: 'UNAVAILABLE', message: 'no' } }]],
    { error: { kind: 'server' } },
  ),
  chat(
    'Google: a list with an error as the body, with status 200',
    [[{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'no' } }]],
    { format: 'json', error: { kind: 'rate-limited' } },
  ),
  chat(
    'MiniMax: a body without choices',
    [{ id: 'x', choices: null, base_resp: { status_code: 1004 } }],
    {
      format: 'json',
      error: { kind: 'malformed' },
    },
  ),
  chat('a body with an empty list of choices', [{ ...head, choices: [], usage: counts }], {
    format: 'json',
    error: { kind: 'malformed' },
  }),
  chat(
    'a body whose calls have neither ids nor indexes',
    [
      {
        ...head,
        choices: [
          {
            message: {
              content: null,
              tool_calls: [
                { function: { name: 'weather', arguments: '{"city":"Rome"}' } },
                { function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
              ],
            },
            finish_reason: 'tool_calls',
          },
        ],
      },
    ],
    {
      ...called,
      format: 'json',
      tool_calls: [
        { id: null, name: 'weather', args: { city: 'Rome' } },
        { id: null, name: 'weather', args: { city: 'Oslo' } },
      ],
    },
  ),
  chat(
    'logprobs, annotations, audio and images beside the text',
    [
      chunk({ role: 'assistant', content: '', audio: { id: 'audio_1', transcript: 'Hi' } }),
      chunk({ audio: { data: 'AAAA' } }),
      chunk(
        { content: 'Hi' },
        { logprobs: { content: [{ token: 'Hi', logprob: -0.1 }], refusal: null } },
      ),
      chunk({
        annotations: [{ type: 'url_citation', url_citation: { url: 'https://x.example' } }],
      }),
      chunk({ images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] }),
      finish('stop', { citations: ['https://x.example'], search_results: [] }),
      done,
    ],
    { ...stopped, text: 'Hi' },
  ),
  chat(
    'names of tools and arguments that objects have by birth',
    [
      calls({
        index: 0,
        id: '__proto__',
        function: { name: '__proto__', arguments: '{"__proto__":' },
      }),
      calls({ index: 0, function: { arguments: '{"polluted":true},"constructor":1}' } }),
      calls({ index: 1, id: 'constructor', function: { name: 'toString', arguments: '{}' } }),
      finish('tool_calls'),
      done,
    ],
    {
      ...called,
      tool_calls: [
        {
          id: '__proto__',
          name: '__proto__',
          args: JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'),
        },
        { id: 'constructor', name: 'toString', args: {} },
      ],
    },
  ),
];
