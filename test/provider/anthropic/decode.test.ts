import { describe, expect, it } from 'vitest';
import {
  itObeysTheLawsOfStreams,
  itReportsErrors,
  itSurvivesAnyFrame,
  read,
  SERVER_WORDS,
} from '../laws';
import type { Outcome } from '../replay';
import {
  blockDelta,
  blockStart,
  blockStop,
  frame,
  inputs,
  messageDelta,
  messages,
  messageStart,
  messageStop,
  ping,
  stream,
  text,
  thinking,
  toolUse,
  type WireEvent,
} from './streams';

const decode = (body: string): Outcome => read(messages, body);

describe('a stream of messages', () => {
  it('is told in order, with pings anywhere', () => {
    const body = stream(
      ping,
      messageStart(),
      ping,
      ...thinking(0, 'Hm', 'm.'),
      blockStart(1, { type: 'text', text: 'A' }),
      ping,
      blockDelta(1, { type: 'text_delta', text: 'ha' }),
      blockStop(1),
      ping,
      messageDelta('end_turn'),
      messageStop,
    );
    const usage = { inputTokens: 12, outputTokens: 7 };
    expect(decode(body).events).toEqual([
      { type: 'start', provider: 'anthropic', model: 'claude-haiku-4-5', id: 'msg_01' },
      { type: 'usage', usage: { inputTokens: 12, outputTokens: 1 } },
      { type: 'reasoning-delta', text: 'Hm' },
      { type: 'reasoning-delta', text: 'm.' },
      { type: 'text-delta', text: 'A' },
      { type: 'text-delta', text: 'ha' },
      { type: 'usage', usage },
      { type: 'finish', reason: 'stop', rawReason: 'end_turn', usage },
    ]);
  });

  it('needs neither event lines, nor spaces, nor an end after its last line', () => {
    const events = [messageStart(), ...text(0, 'Hi'), messageDelta('end_turn'), messageStop];
    const bare = events.map((event) => `data:${JSON.stringify(event)}`).join('\n\n');
    expect(decode(bare)).toEqual(decode(stream(...events)));
    const renamed = stream(...events).replaceAll(/^event: .*$/gm, 'event: message');
    expect(decode(renamed)).toEqual(decode(stream(...events)));
  });

  it('goes by the event line where the data has no type', () => {
    const body = stream(messageStart(), ...text(0, 'Hi'), messageDelta('end_turn'));
    expect(decode(`${body}event: message_stop\ndata: {}\n\n`).answer?.text).toBe('Hi');
  });

  it('skips what it does not know', () => {
    const body = stream(
      { type: 'vendor_note', note: 'x' },
      messageStart(),
      blockStart(0, { type: 'redacted_thinking', data: 'ZGF0YQ==' }),
      blockStop(0),
      blockStart(1, { type: 'a_new_block', text: 'not text' }),
      blockDelta(1, { type: 'a_new_delta', text: 'not text' }),
      blockStop(1),
      blockStart(2, { type: 'text', text: '' }),
      blockDelta(2, { type: 'citations_delta', citation: { cited_text: 'no' } }),
      blockDelta(2, { type: 'text_delta', text: 'Hi' }),
      blockStop(2),
      messageDelta('end_turn'),
      messageStop,
    );
    const { answer } = decode(`${body}data: [DONE]\n\n`);
    expect(answer).toMatchObject({ text: 'Hi', reasoning: '', toolCalls: [] });
  });

  it('takes an answer whose start was lost', () => {
    const body = stream(...text(0, 'Hi'), messageDelta('end_turn', {}), messageStop);
    expect(decode(body).events).toEqual([
      { type: 'start', provider: 'anthropic' },
      { type: 'text-delta', text: 'Hi' },
      { type: 'finish', reason: 'stop', rawReason: 'end_turn' },
    ]);
  });

  it('never puts two generations together', () => {
    const body = stream(
      messageStart(),
      ...text(0, 'Hello wor'),
      messageStart(),
      ...text(0, 'Hello'),
    );
    const { failure, text: said } = decode(body + stream(messageDelta('end_turn'), messageStop));
    expect(failure?.error).toMatchObject({ kind: 'malformed', retryable: true });
    expect(said).toBe('Hello wor');
  });

  it('takes a start that is sent again before anything was said', () => {
    const again = messageStart({ input_tokens: 13 });
    const body = stream(messageStart(), ping, again, ...text(0, 'Hi'), messageDelta('end_turn'));
    const { events, answer } = decode(body + frame(messageStop));
    expect(events.filter(({ type }) => type === 'start')).toHaveLength(1);
    expect(answer).toMatchObject({ text: 'Hi', usage: { inputTokens: 13, outputTokens: 7 } });
  });
});

describe('the usage', () => {
  const counted = (start: object, ...deltas: readonly object[]): unknown => {
    const said = deltas.map((usage) => messageDelta('end_turn', usage));
    return decode(stream(messageStart(start), ...said, messageStop)).answer?.usage;
  };

  it('is what was said last of each field, where something was said', () => {
    const start = {
      input_tokens: 43,
      output_tokens: 1,
      cache_read_input_tokens: 5,
      cache_creation_input_tokens: null,
    };
    const first = { input_tokens: 61, output_tokens: 2, cache_read_input_tokens: null };
    const last = {
      output_tokens: 9,
      cache_creation_input_tokens: 4,
      output_tokens_details: { thinking_tokens: 3 },
    };
    expect(counted(start, first, last)).toEqual({
      inputTokens: 61,
      outputTokens: 9,
      reasoningTokens: 3,
      cachedInputTokens: 5,
      cacheWriteTokens: 4,
    });
  });

  it('is never worked out', () => {
    expect(counted({ input_tokens: 3 }, { output_tokens: 4 })).not.toHaveProperty('totalTokens');
    expect(counted({}, {})).toEqual({});
  });
});

describe('tool calls', () => {
  const calls = (...events: readonly WireEvent[]): unknown =>
    decode(stream(messageStart(), ...events, messageDelta('tool_use'), messageStop)).answer
      ?.toolCalls;

  it('are told apart by the index of their block, which is no position', () => {
    const { events } = decode(
      stream(
        messageStart(),
        blockStart(1, { type: 'tool_use', id: 'toolu_a', name: 'add', input: {} }),
        blockStart(4, { type: 'tool_use', id: 'toolu_b', name: 'sub', input: {} }),
        ...inputs(4, '', '{"b":'),
        ...inputs(1, '', '{"a":1'),
        ...inputs(4, '2}'),
        ...inputs(1, '}'),
        blockStop(4),
        blockStop(1),
        messageDelta('tool_use'),
        messageStop,
      ),
    );
    expect(events.filter(({ type }) => type.startsWith('tool-call'))).toEqual([
      { type: 'tool-call-delta', index: 0, id: 'toolu_a', name: 'add', input: '' },
      { type: 'tool-call-delta', index: 1, id: 'toolu_b', name: 'sub', input: '' },
      { type: 'tool-call-delta', index: 1, id: 'toolu_b', name: 'sub', input: '{"b":' },
      { type: 'tool-call-delta', index: 0, id: 'toolu_a', name: 'add', input: '{"a":1' },
      { type: 'tool-call-delta', index: 1, id: 'toolu_b', name: 'sub', input: '2}' },
      { type: 'tool-call-delta', index: 0, id: 'toolu_a', name: 'add', input: '}' },
      { type: 'tool-call', index: 0, id: 'toolu_a', name: 'add', input: { a: 1 } },
      { type: 'tool-call', index: 1, id: 'toolu_b', name: 'sub', input: { b: 2 } },
    ]);
  });

  it.each([
    ['no pieces', []],
    ['one empty piece', ['']],
  ])('have empty arguments when there are %s', (_, pieces) => {
    expect(calls(...toolUse(0, 'now', ...pieces))).toEqual([
      { id: 'toolu_0', name: 'now', input: {} },
    ]);
  });

  it('may have their arguments at their start', () => {
    const whole = { type: 'tool_use', id: 'toolu_a', name: 'add', input: { a: 1 } };
    const wanted = [{ id: 'toolu_a', name: 'add', input: { a: 1 } }];
    expect(calls(blockStart(0, whole), blockStop(0))).toEqual(wanted);
    // Without the stop, and with the pieces as well.
    expect(calls(blockStart(0, whole))).toEqual(wanted);
    const next = { ...whole, id: 'toolu_b' };
    expect(calls(blockStart(0, whole), blockStart(0, next))).toEqual([
      ...wanted,
      { ...wanted[0], id: 'toolu_b' },
    ]);
    const pieces = inputs(0, '{"a":', '2}');
    expect(calls(blockStart(0, whole), ...pieces, blockStop(0))).toMatchObject([
      { input: { a: 2 } },
    ]);
  });

  it('keep both calls when an index is used twice', () => {
    expect(calls(...toolUse(0, 'add', '{"a":1}'), ...toolUse(0, 'sub', '{"b":2}'))).toMatchObject([
      { name: 'add', input: { a: 1 } },
      { name: 'sub', input: { b: 2 } },
    ]);
  });

  it('are not those that the server runs itself', () => {
    const search = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} };
    const result = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] };
    const mine = toolUse(2, 'add', '{"a":1}');
    const server = [blockStart(0, search), ...inputs(0, '{"query":"x"}'), blockStop(0)];
    expect(calls(...server, blockStart(1, result), blockStop(1), ...mine)).toEqual([
      { id: 'toolu_2', name: 'add', input: { a: 1 } },
    ]);
  });

  it('that never began make the answer malformed', () => {
    const { failure } = decode(stream(messageStart(), ...inputs(3, '{"a":1}')));
    expect(failure?.error).toMatchObject({ kind: 'malformed' });
  });

  it('are marked when their JSON is broken, and left out when the answer broke off too', () => {
    const cut = [messageStart(), ...toolUse(0, 'add', '{"a":')];
    const { answer } = decode(stream(...cut, messageDelta('tool_use'), messageStop));
    expect(answer?.toolCalls).toEqual([
      { id: 'toolu_0', name: 'add', input: '{"a":', invalid: true },
    ]);
    const short = decode(stream(...cut, messageDelta('max_tokens'), messageStop)).answer;
    expect(short).toMatchObject({ toolCalls: [], finish: { reason: 'length' } });
  });

  it('that have no arguments are whole when another block follows', () => {
    const end = [messageDelta('max_tokens'), messageStop];
    const two = [...toolUse(0, 'now'), ...toolUse(1, 'here')];
    const { answer } = decode(stream(messageStart(), ...two, ...end));
    expect(answer?.toolCalls).toEqual([{ id: 'toolu_0', name: 'now', input: {} }]);
  });
});

describe('the end', () => {
  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool-calls'],
    ['refusal', 'content-filter'],
    ['a_new_reason', 'unknown'],
  ])('%s is %s', (rawReason, reason) => {
    const body = stream(messageStart(), ...text(0, 'Hi'), messageDelta(rawReason), messageStop);
    expect(decode(body).answer).toMatchObject({ text: 'Hi', finish: { reason, rawReason } });
  });

  it.each([
    ['end_turn', 'tool-calls'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
  ])('%s with a call is %s', (rawReason, reason) => {
    const body = stream(messageStart(), ...toolUse(0, 'now'), messageDelta(rawReason), messageStop);
    expect(decode(body).answer?.finish).toMatchObject({ reason, rawReason });
  });

  it('may be a refusal without a block, which is a result', () => {
    const details = { type: 'refusal', category: 'cyber', explanation: 'Not here.' };
    const delta = { stop_reason: 'refusal', stop_details: details };
    const refused = { type: 'message_delta', delta, usage: { output_tokens: 5 } };
    const { answer } = decode(stream(messageStart(), ping, refused, messageStop));
    expect(answer).toMatchObject({ text: '', finish: { reason: 'content-filter' } });
    expect(answer).not.toHaveProperty('refusal');
  });

  it('stays what was said last when a later delta says nothing', () => {
    const deltas = [messageDelta('max_tokens'), messageDelta(null)];
    const { answer } = decode(stream(messageStart(), ...text(0, 'Hi'), ...deltas, messageStop));
    expect(answer?.finish.reason).toBe('length');
  });

  it('is no end without a reason', () => {
    for (const deltas of [[], [messageDelta(null)]]) {
      const { failure } = decode(stream(messageStart(), ...text(0, 'Hi'), ...deltas, messageStop));
      expect(failure?.error).toMatchObject({ kind: 'truncated', retryable: true });
    }
  });

  it('is a failure when the server says so', () => {
    const body = stream(messageStart(), ...text(0, 'Hi'), messageDelta('error'), messageStop);
    expect(decode(body).failure?.error).toMatchObject({ kind: 'server', code: 'error' });
  });

  it('lets nothing through that comes after it', () => {
    const body = stream(messageStart(), ...text(0, 'Hi'), messageDelta('end_turn'), messageStop);
    expect(decode(body + body)).toEqual(decode(body));
  });
});

describe('the laws', () => {
  const events = [
    messageStart(),
    ping,
    ...thinking(0, 'Let me see…'),
    ...text(1, 'It is', ' 21 °C', ' in Zürich 🌤'),
    ...toolUse(2, 'get_weather', '', '{"city":', '"Zürich"}'),
    messageDelta('tool_use'),
    messageStop,
  ];
  itObeysTheLawsOfStreams(messages, { frames: events.map(frame), terminal: events.length });

  const fields = ['type', 'message', 'index', 'content_block', 'delta', 'usage', 'content'];
  const types = ['message_start', 'content_block_start', 'content_block_delta', 'message_delta'];
  const more = [
    'message_stop',
    'content_block_stop',
    'tool_use',
    'text',
    'text_delta',
    'id',
    'name',
  ];
  const rest = [
    'input_json_delta',
    'partial_json',
    'stop_reason',
    'input',
    'error',
    'input_tokens',
  ];
  itSurvivesAnyFrame(messages, {
    fields: [...fields, ...types, ...more, ...rest],
    frame: (json) => `data: ${json}\n\n`,
  });
});

describe('errors in the stream', () => {
  const error = { type: 'overloaded_error', message: SERVER_WORDS };
  const nested = JSON.stringify({ type: 'error', error, request_id: 'req_1' });
  const bare = JSON.stringify({ error });
  const flat = JSON.stringify({ object: 'error', type: 'overloaded_error', message: SERVER_WORDS });
  itReportsErrors(
    messages,
    {
      'in the first frame': '',
      'after the start': stream(messageStart()),
      'after a token': stream(messageStart(), ...text(0, 'Hi').slice(0, 2)),
      'within a tool call': stream(messageStart(), ...toolUse(0, 'add', '{"a":').slice(0, 2)),
      'before the last frame': stream(messageStart(), ...text(0, 'Hi'), messageDelta('end_turn')),
    },
    {
      'an error event': `event: error\ndata: ${nested}\n\n`,
      'an error without its event line': `data: ${nested}\n\n`,
      'an error object': `data: ${bare}\n\n`,
      'an error and [DONE]': `data: ${bare}\n\ndata: [DONE]\n\n`,
      'a flat error': `data: ${flat}\n\n`,
      'an error in an error event': `event: error\ndata: ${bare}\n\n`,
      'an error field': `error: ${bare}\n\n`,
      'bare JSON': `${JSON.stringify({ error }, undefined, 2)}\n`,
    },
  );

  it('may be words that are no JSON', () => {
    const { failure } = decode(`event: error\ndata: ${SERVER_WORDS}\n\n`);
    expect(failure?.error).toMatchObject({ kind: 'server' });
  });

  it('are told apart from a frame that is no JSON', () => {
    const { failure } = decode(`${stream(messageStart())}data: {"type":\n\n${stream(messageStop)}`);
    expect(failure?.error).toMatchObject({ kind: 'malformed', retryable: true });
  });
});

describe('a whole body', () => {
  const json = (body: unknown, delivery = {}): Outcome =>
    read(messages, JSON.stringify(body), { contentType: 'application/json', ...delivery });
  const message = {
    id: 'msg_01',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'x' },
      { type: 'text', text: 'Hi' },
      { type: 'tool_use', id: 'toolu_a', name: 'add', input: { a: 1 } },
      { type: 'tool_use', id: 'toolu_b', name: 'now', input: {} },
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 3, output_tokens: 4 },
  };

  it('is an answer too', () => {
    const { events, answer } = json(message);
    expect(events[0]).toMatchObject({ type: 'start', id: 'msg_01', model: 'claude-haiku-4-5' });
    expect(answer).toMatchObject({
      text: 'Hi',
      reasoning: 'Hm.',
      toolCalls: [
        { id: 'toolu_a', name: 'add', input: { a: 1 } },
        { id: 'toolu_b', name: 'now', input: {} },
      ],
      finish: { reason: 'tool-calls', rawReason: 'tool_use' },
      usage: { inputTokens: 3, outputTokens: 4 },
    });
  });

  it('is an answer in a frame as well, but no second one', () => {
    const whole = `${JSON.stringify(message, undefined, 2)}\n`;
    expect(decode(whole).answer?.text).toBe('Hi');
    const { failure } = decode(stream(messageStart(), ...text(0, 'Hel')) + whole);
    expect(failure?.error).toMatchObject({ kind: 'malformed' });
  });

  it('may be a refusal without content', () => {
    const { answer } = json({ ...message, content: [], stop_reason: 'refusal' });
    expect(answer).toMatchObject({ text: '', finish: { reason: 'content-filter' } });
  });

  it('may be an error, with status 200 too', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: SERVER_WORDS } };
    expect(json(error).failure?.error).toMatchObject({ kind: 'overloaded' });
    expect(json(error, { status: 529 }).failure?.error).toMatchObject({
      kind: 'overloaded',
      status: 529,
    });
  });

  it.each([
    ['no message', { hello: 'world' }, 'malformed'],
    ['no object', [message], 'malformed'],
    ['no reason to stop', { ...message, stop_reason: null }, 'truncated'],
  ])('with %s is no answer', (_, body, kind) => {
    expect(json(body).failure?.error).toMatchObject({ kind });
  });
});
