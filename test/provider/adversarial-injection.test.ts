import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsOf, type Recording } from './recording';
import { bytesOf, replay, seeded, type Outcome } from './replay';
import { committed } from './streams';

const sound = committed.filter(
  ({ expected }) => expected.error === null && expected.format !== 'json',
);

type Random = (below: number) => number;

/** Frames that no protocol knows, as each of them might one day send them. */
const strange: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': [
    event({ object: 'zz.event', zz: [{ choices: [] }] }),
    event({ id: 'zz', choices: [], zz_usage: { prompt_tokens: 1 } }),
    event({ choices: [{ index: 7, delta: { content: 'no' }, finish_reason: 'zz' }] }),
    event({ choices: [{ index: 0, delta: { zz: 'no' }, finish_reason: null }] }),
    event({ choices: [{ index: 0, delta: { content: [{ type: 'zz', text: 'no' }] } }] }),
    event({ type: 'zz', error: null, message: 'no' }),
  ],
  'openai-responses': [
    event({ type: 'response.zz.delta', output_index: 99, delta: 'no' }),
    event({ type: 'response.output_item.added', output_index: 98, item: { type: 'zz_call' } }),
    event({
      type: 'response.output_item.done',
      output_index: 98,
      item: {
        type: 'zz_call',
        call_id: 'no',
        name: 'no',
        arguments: '{}',
        content: [{ type: 'zz' }],
      },
    }),
    event({
      type: 'response.content_part.done',
      output_index: 97,
      part: { type: 'zz_text', text: 'no' },
    }),
    event({ type: 'zz', sequence_number: 1 }),
  ],
  anthropic: [
    event({ type: 'zz_event', delta: { type: 'text_delta', text: 'no' } }),
    event({ type: 'content_block_start', index: 99, content_block: { type: 'zz', text: 'no' } }) +
      event({ type: 'content_block_delta', index: 99, delta: { type: 'zz_delta', text: 'no' } }) +
      event({
        type: 'content_block_delta',
        index: 99,
        delta: { type: 'input_json_delta', partial_json: '{' },
      }) +
      event({ type: 'content_block_stop', index: 99 }),
  ],
  gemini: [
    event({ zz: { candidates: [] } }),
    event({ candidates: [{ index: 7, content: { parts: [{ text: 'no' }] }, finishReason: 'ZZ' }] }),
    event({ candidates: [{ index: 0, content: { parts: [{ zz: { text: 'no' } }, {}] } }] }),
    event({ promptFeedback: { zz: 'no' }, usageMetadata: { zzTokenCount: 9 } }),
  ],
  ollama: [
    '{"zz":1}\n',
    '\n',
    '{"message":{"zz":"no","content":"","tool_calls":[]},"done":false}\n',
  ],
};

const sseNoise = [
  ': zz\n\n',
  ':\n',
  'id: 9\n\n',
  'retry: 1\n\n',
  'zz: no\n\n',
  'zz\n',
  'event: zz\ndata: {"zz":true}\n\n',
  'event: ping\ndata: now\n\n',
  'data:\n\n',
];

function event(json: object): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

/** Adds fields that nobody knows to objects anywhere in a value. */
function withFields(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) return value.map((item) => withFields(item, random));
  if (typeof value !== 'object' || value === null) return value;
  // What the model wrote is not the protocol's.
  const kept = ['arguments', 'args', 'input', 'partial_json'];
  const fields = Object.entries(value).map(([name, inner]) => [
    name,
    kept.includes(name) ? inner : withFields(inner, random),
  ]);
  if (random(3) === 0)
    fields.splice(random(fields.length + 1), 0, ['zz_new', { type: 'zz', text: 'no' }]);
  return Object.fromEntries(fields);
}

function disturb(recording: Recording, frame: string, random: Random): string {
  if (random(5) > 0) return frame;
  const { protocol } = recording;
  const bare = protocol === 'ollama';
  const noise = [...(strange[protocol] ?? []), ...(bare ? [] : sseNoise)];
  const more = noise[random(noise.length)] ?? '';
  const [, head = '', json] =
    (bare ? /^()(.*)\n$/ : /^((?:event: .*\n)?data: ?)(.*)\n\n$/).exec(frame) ?? [];
  if (json === undefined || !json.startsWith('{') || random(2) === 0) {
    // No block comes before the message that it is of.
    return json?.includes('"message_start"') ? frame + more : more + frame;
  }
  const fields = JSON.stringify(withFields(JSON.parse(json), random));
  return `${head}${fields}${bare ? '\n' : '\n\n'}`;
}

function said({ answer }: Outcome): unknown {
  if (answer === undefined) return 'no answer';
  const { text, reasoning, toolCalls, finish, usage, refusal } = answer;
  return { text, reasoning, toolCalls, finish, usage, refusal };
}

describe('what nobody knows', () => {
  it.each(Object.keys(strange))('changes nothing in a stream of %s', (protocol) => {
    const recordings = sound.filter((recording) => recording.protocol === protocol);
    const wholes = recordings.map((recording) =>
      said(replay(recording, [bytesOf(recording.body)])),
    );
    fc.assert(
      fc.property(fc.nat(recordings.length - 1), fc.integer(), (at, seed) => {
        const recording = recordings[at]!;
        const random = seeded(seed);
        const frames = eventsOf(recording);
        // No block comes before the message that it is of.
        const first = Math.max(
          0,
          frames.findIndex((frame) => frame.includes('"message_start"')),
        );
        const body = frames.map((frame, index) =>
          index < first ? frame : disturb(recording, frame, random),
        );
        expect(said(replay(recording, [bytesOf(body.join(''))]))).toEqual(wholes[at]);
      }),
      { numRuns: 300 },
    );
  });

  it('is the reason of an answer that is whole for all that', () => {
    const reasons = /"(finish_reason|stop_reason|finishReason|done_reason)":"\w+"/g;
    for (const recording of sound) {
      const body = recording.body.replace(reasons, '"$1":"zz_reason"');
      if (body === recording.body) continue;
      const { answer } = replay(recording, [bytesOf(body)]);
      expect(answer).toMatchObject({
        text: recording.expected.text,
        reasoning: recording.expected.reasoning,
        finish: { reason: 'unknown', rawReason: 'zz_reason' },
      });
    }
  });
});

describe('a stream without an answer', () => {
  const empty = [
    ['comments', ': a\n\n: b\n\n'],
    ['pings', 'event: ping\ndata: {"type":"ping"}\n\n'.repeat(3)],
    ['ids and retries', 'id: 1\nretry: 10\n\n'],
    ['words', 'Service Unavailable\n'],
    ['empty events', 'data:\n\ndata: \n\n'],
    ['null', 'data: null\n\ndata: 0\n\ndata: "x"\n\ndata: []\n\n'],
  ];
  const protocols = ['openai-chat', 'openai-responses', 'anthropic', 'gemini'];
  it.each(protocols.flatMap((protocol) => empty.map(([what, body]) => ({ protocol, what, body }))))(
    'of $protocol is truncated: only $what',
    ({ protocol, body = '' }) => {
      const recording = sound.find((known) => known.protocol === protocol)!;
      const { failure, events } = replay(recording, [bytesOf(body)]);
      expect(failure?.error).toMatchObject({ kind: 'truncated', retryable: true });
      expect(events.filter(({ type }) => type !== 'start')).toEqual([]);
    },
  );
});
