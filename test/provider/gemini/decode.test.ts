import { concat, NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { gemini } from '../../../src/provider/gemini';
import { prompt } from '../../../src/request/messages';
import {
  itObeysTheLawsOfStreams,
  itReportsErrors,
  itSurvivesAnyFrame,
  read,
  SERVER_WORDS,
} from '../laws';
import { bytesOf, KEY, type Outcome } from '../replay';
import { contents, frame, last, response, stream, usage } from './streams';

const decode = (body: string): Outcome => read(contents, body);

describe('a stream of responses', () => {
  it('is told in order', () => {
    const counts = { promptTokenCount: 15, candidatesTokenCount: 1, totalTokenCount: 16 };
    const body = stream(
      response([{ text: 'Hm.', thought: true }], usage(counts)),
      response([{ text: 'A' }, { text: '' }, { text: 'ha', thoughtSignature: 'c2ln' }]),
      last('STOP', [{ text: '!' }], usage({ ...counts, promptTokenCount: 13 })),
    );
    const said = { inputTokens: 13, outputTokens: 1, totalTokens: 16 };
    expect(decode(body).events).toEqual([
      { type: 'start', provider: 'gemini', model: 'gemini-2.5-flash', id: 'resp_1' },
      { type: 'usage', usage: { ...said, inputTokens: 15 } },
      { type: 'reasoning-delta', text: 'Hm.' },
      { type: 'text-delta', text: 'A' },
      { type: 'text-delta', text: 'ha' },
      { type: 'text-delta', text: '!' },
      { type: 'usage', usage: said },
      { type: 'finish', reason: 'stop', rawReason: 'STOP', usage: said },
    ]);
  });

  it('skips what it does not know', () => {
    const body = stream(
      { somethingNew: true },
      response([
        { executableCode: { code: 'x' } },
        { inlineData: { data: 'eA==' } },
        { text: 'Hi' },
      ]),
      last('STOP'),
    );
    expect(decode(`${body}data: [DONE]\n\n`).answer).toMatchObject({ text: 'Hi', toolCalls: [] });
  });

  it('holds the first candidate only', () => {
    const candidate = (index: number, text: string) => ({
      content: { parts: [{ text }] },
      finishReason: index === 0 ? 'STOP' : 'MAX_TOKENS',
      index,
    });
    const body = stream({ candidates: [candidate(1, 'other'), candidate(0, 'mine')] });
    expect(decode(body).answer).toMatchObject({ text: 'mine', finish: { rawReason: 'STOP' } });
    expect(decode(stream({ candidates: [candidate(1, 'other')] })).answer).toBeUndefined();
  });

  it('counts what was said last of each field', () => {
    const body = stream(
      response([{ text: 'Hi' }], usage({ promptTokenCount: 9, cachedContentTokenCount: 4 })),
      response(
        [],
        usage({ promptTokenCount: 8, thoughtsTokenCount: 5, candidatesTokenCount: null }),
      ),
      last('STOP', [], usage({ trafficType: 'ON_DEMAND' })),
    );
    expect(decode(body).answer?.usage).toEqual({
      inputTokens: 8,
      reasoningTokens: 5,
      cachedInputTokens: 4,
    });
  });
});

describe('the end', () => {
  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content-filter'],
    ['RECITATION', 'content-filter'],
    ['PROHIBITED_CONTENT', 'content-filter'],
    ['SPII', 'content-filter'],
    ['BLOCKLIST', 'content-filter'],
    ['OTHER', 'unknown'],
    ['A_NEW_REASON', 'unknown'],
  ])('%s is %s', (rawReason, reason) => {
    const { answer } = decode(stream(response([{ text: 'Hi' }]), last(rawReason)));
    expect(answer).toMatchObject({ text: 'Hi', finish: { reason, rawReason } });
  });

  it('may come before the last counts', () => {
    const body = stream(last('STOP', [{ text: 'Hi' }]), usage({ promptTokenCount: 3 }));
    expect(decode(body).answer?.usage).toEqual({ inputTokens: 3 });
  });

  it('is a failure when the model wrote a call that nobody can read', () => {
    const { failure, text } = decode(
      stream(response([{ text: 'Hi' }]), last('MALFORMED_FUNCTION_CALL')),
    );
    expect(text).toBe('Hi');
    expect(failure?.error).toMatchObject({
      kind: 'server',
      code: 'MALFORMED_FUNCTION_CALL',
      retryable: true,
    });
  });

  it('is a failure at once, though the stream stays open', () => {
    const head = { status: 200, headers: {}, receivedAt: 0 };
    const bytes = bytesOf(frame(last('MALFORMED_FUNCTION_CALL')));
    const transport = () => concat(of(head, bytes), NEVER);
    const failures: unknown[] = [];
    const ask = gemini({ model: 'm', apiKey: KEY, transport });
    ask(prompt('Hi')).subscribe({ error: (error: unknown) => failures.push(error) });
    expect(failures).toMatchObject([{ kind: 'server' }]);
  });

  it('is a filter when the prompt was refused', () => {
    const body = stream({
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      ...usage({ promptTokenCount: 3 }),
    });
    expect(decode(body).answer).toMatchObject({
      text: '',
      finish: { reason: 'content-filter', rawReason: 'PROHIBITED_CONTENT' },
      usage: { inputTokens: 3 },
    });
    const other = stream({ promptFeedback: { blockReason: 'OTHER' } });
    expect(decode(other).answer?.finish.reason).toBe('content-filter');
  });

  it('is not seen in feedback without a reason, nor in the word for no word', () => {
    const feedback = { promptFeedback: { safetyRatings: [] } };
    const unspecified = last('FINISH_REASON_UNSPECIFIED', [{ text: 'Hi' }]);
    for (const open of [feedback, unspecified, last('')]) {
      expect(decode(stream(open)).failure?.error).toMatchObject({ kind: 'truncated' });
    }
  });
});

describe('tool calls', () => {
  const call = (functionCall: object): object => ({ functionCall });

  it('come whole, with ids of their own only where the server gives none', () => {
    const body = stream(
      response([
        call({ name: 'add', args: { a: 1, b: [2] } }),
        call({ id: 'fc_7', name: 'add', args: { a: 2 } }),
      ]),
      response([call({ name: 'now' })]),
      last('STOP', [{ text: '' }]),
    );
    const { events } = decode(body);
    expect(events.filter(({ type }) => type.startsWith('tool-call'))).toEqual([
      { type: 'tool-call-delta', index: 0, id: 'call_0', name: 'add', input: '' },
      { type: 'tool-call-delta', index: 1, id: 'fc_7', name: 'add', input: '' },
      { type: 'tool-call-delta', index: 2, id: 'call_2', name: 'now', input: '' },
      { type: 'tool-call', index: 0, id: 'call_0', name: 'add', input: { a: 1, b: [2] } },
      { type: 'tool-call', index: 1, id: 'fc_7', name: 'add', input: { a: 2 } },
      { type: 'tool-call', index: 2, id: 'call_2', name: 'now', input: {} },
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls', rawReason: 'STOP' });
  });

  it('keep another reason than an ordinary end', () => {
    const { answer } = decode(stream(last('MAX_TOKENS', [call({ name: 'add', args: {} })])));
    expect(answer).toMatchObject({ finish: { reason: 'length' }, toolCalls: [{ name: 'add' }] });
  });

  const piece = (jsonPath: string, stringValue: string, willContinue = false): object =>
    call({
      partialArgs: [{ jsonPath, stringValue, ...(willContinue ? { willContinue } : {}) }],
      willContinue: true,
    });
  const opening = call({ name: 'add', willContinue: true });
  const closing = call({});
  const callsOf = (...parts: readonly object[]): unknown =>
    decode(stream(...parts.map((part) => response([part])), last('STOP'))).answer?.toolCalls;

  it('come in pieces, and two of one name are two', () => {
    const calls = callsOf(
      opening,
      piece('$.city', 'San ', true),
      piece('$.city', 'Francisco', true),
      piece('$.city', ''),
      closing,
      opening,
      piece('$.city', 'Rome'),
      closing,
    );
    expect(calls).toEqual([
      { id: 'call_0', name: 'add', input: { city: 'San Francisco' } },
      { id: 'call_1', name: 'add', input: { city: 'Rome' } },
    ]);
  });

  it.each([
    ['the end of the answer', [opening, piece('$.a', 'x')], [{ a: 'x' }]],
    [
      'the next call',
      [opening, piece('$.a', 'x'), opening, piece('$.b', 'y')],
      [{ a: 'x' }, { b: 'y' }],
    ],
    [
      'a whole call',
      [opening, piece('$.a', 'x'), call({ name: 'add', args: { b: 1 } })],
      [{ a: 'x' }, { b: 1 }],
    ],
    ['nothing at all', [opening], [{}]],
  ])('are closed by %s where the closing part is missing', (_, parts, inputs) => {
    expect(callsOf(...parts)).toMatchObject(inputs.map((input) => ({ input })));
  });

  it('may begin with a piece, end with one, and name themselves again', () => {
    const value = { jsonPath: '$.a', stringValue: 'x' };
    const whole = call({ id: 'fc_1', name: 'add', partialArgs: [value] });
    expect(callsOf(whole)).toEqual([{ id: 'fc_1', name: 'add', input: { a: 'x' } }]);
    const begun = call({ id: 'fc_1', name: 'add', partialArgs: [value], willContinue: true });
    expect(callsOf(begun, whole)).toEqual([{ id: 'fc_1', name: 'add', input: { a: 'xx' } }]);
  });

  it('ignore a closing part that closes nothing', () => {
    expect(callsOf(closing, { text: 'Hi' })).toEqual([]);
  });

  it('that broke off with the answer are left out', () => {
    const short = (...parts: readonly object[]): unknown =>
      decode(stream(...parts.map((part) => response([part])), last('MAX_TOKENS'))).answer;
    const finish = { reason: 'length' };
    const whole = [opening, piece('$.a', 'x'), closing];
    const kept = [{ input: { a: 'x' } }];
    expect(short(opening, piece('$.a', 'x'))).toMatchObject({ toolCalls: [], finish });
    expect(short(...whole)).toMatchObject({ toolCalls: kept, finish });
    expect(short(...whole, opening, piece('$.b', 'y'))).toMatchObject({ toolCalls: kept, finish });
  });

  it('with arguments that make no sense make the answer malformed', () => {
    const body = stream(response([opening]), response([piece('nonsense', 'x')]), last('STOP'));
    expect(decode(body).failure?.error).toMatchObject({ kind: 'malformed' });
  });
});

describe('the laws', () => {
  const opening = { functionCall: { name: 'get_weather', willContinue: true } };
  const partialArgs = [{ jsonPath: "$.cities[0]['name']", stringValue: 'Zürich 🌤' }];
  const responses = [
    response([{ text: 'Let me see…', thought: true }], usage({ promptTokenCount: 9 })),
    response([{ text: 'It is' }]),
    response([{ text: ' 21 °C' }]),
    response([{ functionCall: { name: 'add', args: { a: 'ä' } } }]),
    response([opening]),
    response([{ functionCall: { partialArgs, willContinue: true } }]),
    response([{ functionCall: {} }]),
    last('STOP', [], usage({ promptTokenCount: 8 })),
    usage({ promptTokenCount: 7 }),
  ];
  itObeysTheLawsOfStreams(contents, { frames: responses.map(frame), terminal: 8 });

  const fields = [
    'candidates',
    'content',
    'parts',
    'text',
    'thought',
    'functionCall',
    'name',
    'id',
  ];
  const more = ['args', 'partialArgs', 'willContinue', 'jsonPath', 'stringValue', 'finishReason'];
  const rest = [
    'usageMetadata',
    'promptTokenCount',
    'promptFeedback',
    'blockReason',
    'STOP',
    'index',
  ];
  itSurvivesAnyFrame(contents, {
    fields: [...fields, ...more, ...rest, 'error', 'numberValue'],
    frame: (json) => `data: ${json}\n\n`,
  });
});

describe('errors in the stream', () => {
  const error = { code: 503, message: SERVER_WORDS, status: 'UNAVAILABLE' };
  const bare = JSON.stringify({ error });
  const pretty = JSON.stringify({ error }, undefined, 2);
  const opening = { functionCall: { name: 'add', willContinue: true } };
  itReportsErrors(
    contents,
    {
      'in the first frame': '',
      'after a token': stream(response([{ text: 'Hi' }])),
      'within a tool call': stream(response([opening])),
      'after the end': stream(last('STOP', [{ text: 'Hi' }])),
    },
    {
      'an error object': `data: ${bare}\r\n\r\n`,
      'an error in a list': `data: [${bare}]\r\n\r\n`,
      'an error event': `event: error\r\ndata: ${bare}\r\n\r\n`,
      'an error field': `error: ${bare}\r\n\r\n`,
      'bare JSON in one line': `${bare}\r\n`,
      'bare JSON in many lines': `${pretty}\r\n`,
      'bare JSON without an end': pretty,
      'a bare list': `[${pretty}]\r\n`,
    },
    // An unavailable server is no overloaded one.
    { kind: 'server' },
  );

  it('are told apart from a frame that is no JSON', () => {
    const { failure } = decode(`data: {"candidates\n\n${stream(last('STOP'))}`);
    expect(failure?.error).toMatchObject({ kind: 'malformed', retryable: true });
  });
});

describe('a whole body', () => {
  const json = (body: unknown, delivery = {}): Outcome =>
    read(contents, JSON.stringify(body), { contentType: 'application/json', ...delivery });
  const responses = [response([{ text: 'H' }]), last('STOP', [{ text: 'i' }])];

  it.each([
    ['one response', last('STOP', [{ text: 'Hi' }])],
    ['a list of responses', responses],
  ])('may be %s', (_, body) => {
    expect(json(body).answer).toMatchObject({ text: 'Hi', finish: { reason: 'stop' } });
  });

  it('may be a list within a stream of events', () => {
    expect(decode(`${JSON.stringify(responses, undefined, 1)}\n`).answer?.text).toBe('Hi');
  });

  it('may be an error, with status 200 too', () => {
    const error = { error: { code: 429, message: SERVER_WORDS, status: 'RESOURCE_EXHAUSTED' } };
    for (const body of [error, [error], [response([{ text: 'H' }]), error]]) {
      expect(json(body).failure?.error).toMatchObject({ kind: 'rate-limited' });
    }
    expect(json([error], { status: 429 }).failure?.error).toMatchObject({ kind: 'rate-limited' });
  });

  it.each([
    ['no response', { hello: 'world' }],
    ['no end', response([{ text: 'Hi' }])],
    ['an empty list', []],
  ])('with %s is no answer', (_, body) => {
    expect(json(body).failure?.error).toMatchObject({ kind: 'malformed' });
  });
});
