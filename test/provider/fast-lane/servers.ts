import type { Frame, ProtocolName } from './lanes';

export type Random = (below: number) => number;

/** What a server says in all its answers, and how it writes. */
export interface Server {
  readonly protocol: ProtocolName;
  readonly write: (value: unknown) => string;
  readonly answer: (random: Random, pieces: number) => readonly object[];
}

/** One answer of a server. */
export function answerOf(server: Server, random: Random, pieces: number): readonly Frame[] {
  const frames = server.answer(random, pieces).map((value) => {
    const { type } = value as { type?: string };
    const named = server.protocol === 'anthropic' || server.protocol === 'openai-responses';
    return { data: server.write(value), event: named ? type : undefined };
  });
  return server.protocol === 'openai-chat'
    ? [...frames, { data: '[DONE]', event: undefined }]
    : frames;
}

export const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]!;

/** Chooses how a server of a protocol behaves. */
export function serverOf(protocol: ProtocolName, random: Random): Server {
  const write = pick(random, [JSON.stringify, JSON.stringify, JSON.stringify, spaced, ascii, wide]);
  const answer = {
    'openai-chat': chatServer,
    'openai-responses': responsesServer,
    anthropic: messagesServer,
    ollama: ollamaServer,
  }[protocol](random);
  return { protocol, write, answer };
}

// As Python writes it.
const spaced = (value: unknown): string =>
  JSON.stringify(value, undefined, 1)
    .replace(/([,:[{])?\n\s*/g, (_, mark?: string) =>
      mark === undefined || mark === '{' || mark === '[' ? (mark ?? '') : `${mark} `,
    )
    .replaceAll('": ', '": ');
const ascii = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
const wide = (value: unknown): string => JSON.stringify(value, undefined, 2);

const words = [
  ...[
    ' the',
    'Hi',
    ' a',
    '.',
    ',',
    '\n',
    '\n\n',
    ' "quoted"',
    '\\',
    '\t',
    ' \u{1F642}',
    'é',
    ' 東京',
  ],
  ...[
    '\u2028',
    '\ud83d',
    '\u0000',
    '{',
    '}',
    '":"',
    '0',
    '-1',
    'null',
    'text',
    'text_delta',
    'm-1',
  ],
  ...['assistant', 'stop', '[DONE]', ' a longer piece of the text than most', 'x'.repeat(40)],
];

export const word = (random: Random): string => pick(random, words);
const padding = (random: Random): string => 'aZ09xY'.repeat(4).slice(random(12), 12 + random(12));
const id = (random: Random): string => `id-${random(1e9).toString(36)}`;
const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** Members that a server sends, or doesn't. */
function some(random: Random, members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(() => random(3) === 0));
}

function chatServer(random: Random): Server['answer'] {
  const rest = some(random, { service_tier: 'default', system_fingerprint: 'fp-1', usage: null });
  const beside = some(random, { logprobs: null, finish_reason: null, stop_reason: null });
  const within = some(random, { role: 'assistant', refusal: null, tool_calls: [], name: null });
  const reasoning = pick(random, ['reasoning', 'reasoning_content', 'reasoning_text', 'details']);
  const [pads, logs, counts, ticks, parts, both] = times(6, () => random(8) === 0);
  const silent = random(4) === 0 ? [{ index: 1, delta: { content: 'another choice' } }] : [];
  const talk = (text: string): object => {
    if (parts) return { content: [{ type: 'text', text }] };
    return random(40) === 0 ? { refusal: text } : { content: text };
  };
  const think = (text: string): object => {
    const details = { reasoning_details: [{ type: 'reasoning.text', text, format: null }] };
    if (parts) return { content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] };
    if (both) return { reasoning: text, ...details };
    return reasoning === 'details' ? details : { content: '', [reasoning]: text };
  };
  return (chance, pieces) => {
    const head = { id: id(chance), object: 'chat.completion.chunk', created: 1, model: 'm-1' };
    const frame = (delta: object, more: object = {}): object => ({
      ...head,
      ...(ticks && { created: 1_760_000_000 + chance(60) }),
      choices: [
        { index: 0, delta: { ...within, ...delta }, ...beside, ...more, ...logged(chance, logs) },
        ...silent,
      ],
      ...rest,
      ...(counts && { usage: { prompt_tokens: 4, completion_tokens: chance(99) } }),
      ...(pads && { obfuscation: padding(chance) }),
    });
    return [
      frame({ role: 'assistant', content: '' }),
      ...times(pieces >> 1, () => frame(think(word(chance)))),
      ...times(pieces, () => frame(talk(word(chance)))),
      ...(chance(3) === 0
        ? [frame({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] })]
        : []),
      frame({}, { finish_reason: 'stop' }),
      { ...head, choices: [], usage: { prompt_tokens: 4, completion_tokens: pieces } },
    ];
  };
}

function logged(random: Random, logs: boolean | undefined): object {
  if (!logs) return {};
  return { logprobs: { content: [{ token: word(random), logprob: -random(9) / 7, text: 'x' }] } };
}

function responsesServer(random: Random): Server['answer'] {
  const rest = some(random, { logprobs: [], text: '', name: null, response_id: 'r-1' });
  const [pads, numbers, calls] = times(3, () => random(2) === 0);
  return (chance, pieces) => {
    let sequence = 0;
    const event = (type: string, fields: object): object => ({
      type: `response.${type}`,
      ...(numbers && { sequence_number: (sequence += 1) }),
      ...fields,
    });
    const item = id(chance);
    const place = { item_id: item, output_index: 1, content_index: 0 };
    const delta = (type: string, at: object): object =>
      event(`${type}.delta`, {
        ...at,
        delta: word(chance),
        ...rest,
        ...(pads && { obfuscation: padding(chance) }),
      });
    const usage = { input_tokens: 3, output_tokens: pieces };
    return [
      event('created', { response: { id: id(chance), model: 'm-1', status: 'in_progress' } }),
      ...times(pieces >> 1, () =>
        delta('reasoning_summary_text', { item_id: 'rs', output_index: 0, summary_index: 0 }),
      ),
      ...times(pieces, () => delta('output_text', place)),
      event('output_text.done', { ...place, text: 'all of it' }),
      ...times(chance(2) * 3, () => delta('refusal', { ...place, content_index: 1 })),
      ...(calls
        ? [
            event('output_item.added', {
              output_index: 2,
              item: { type: 'function_call', id: 'fc', call_id: 'c', name: 'f', arguments: '' },
            }),
            ...times(3, () =>
              event('function_call_arguments.delta', {
                output_index: 2,
                item_id: 'fc',
                delta: '1',
              }),
            ),
          ]
        : []),
      event('completed', { response: { status: 'completed', output: [], usage } }),
    ];
  };
}

function messagesServer(random: Random): Server['answer'] {
  const rest = some(random, { usage: null, padding: 'p', text: null });
  const [pads, pings, calls] = times(3, () => random(3) === 0);
  const rename = random(4) === 0 ? { citations: null } : {};
  return (chance, pieces) => {
    const block = (
      index: number,
      content: object,
      deltas: readonly object[],
    ): readonly object[] => [
      { type: 'content_block_start', index, content_block: content },
      ...deltas.map((delta) => ({
        type: 'content_block_delta',
        index,
        delta,
        ...rest,
        ...(pads && { p: padding(chance) }),
      })),
      { type: 'content_block_stop', index },
    ];
    const usage = { input_tokens: 3, output_tokens: 1 };
    const piece = (): object => ({ type: 'text_delta', text: word(chance), ...rename });
    return [
      { type: 'message_start', message: { id: id(chance), model: 'm-1', content: [], usage } },
      ...(pings ? [{ type: 'ping' }] : []),
      ...block(0, { type: 'thinking', thinking: '' }, [
        ...times(pieces >> 1, () => ({ type: 'thinking_delta', thinking: word(chance) })),
        { type: 'signature_delta', signature: 's' },
      ]),
      ...block(1, { type: 'text', text: '' }, times(pieces, piece)),
      ...(calls
        ? block(2, { type: 'tool_use', id: 't', name: 'f', input: {} }, [
            { type: 'input_json_delta', partial_json: '{"a":' },
            { type: 'input_json_delta', partial_json: '1}' },
          ])
        : []),
      ...block(3, { type: 'text', text: 'Then' }, times(4, piece)),
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { output_tokens: pieces },
      },
      { type: 'message_stop' },
    ];
  };
}

function ollamaServer(random: Random): Server['answer'] {
  const within = some(random, { thinking: '', images: null, tool_calls: [], name: 'n' });
  const rest = some(random, {
    done_reason: null,
    eval_count: null,
    remote_model: 'r',
    usage: null,
  });
  return (chance, pieces) => {
    const line = (message: object, more: object = { done: false }): object => ({
      model: 'm-1',
      created_at: `2026-01-01T00:00:${10 + chance(50)}.${chance(1e6)}Z`,
      message: { role: 'assistant', ...within, ...message },
      ...rest,
      ...more,
    });
    return [
      ...times(pieces >> 1, () => line({ content: '', thinking: word(chance) })),
      ...times(pieces, () => line({ content: word(chance) })),
      ...(chance(3) === 0
        ? [line({ content: '', tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] })]
        : []),
      line({ content: '' }, { done: true, done_reason: 'stop', eval_count: pieces }),
    ];
  };
}
