import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answerTo, framesIn, Lane, protocolNames, protocols, type Frame } from './fast-lane/lanes';
import type { ProtocolName } from './fast-lane/lanes';
import { answerOf, serverOf } from './fast-lane/servers';
import { recordingsIn, type Recording } from './recording';
import { bytesOf, cutAt, seeded, sliced } from './replay';
import { committed } from './streams';

const recorded = process.env['RXLLM_WIRE'] ?? '';
const recordings = [...committed, ...(existsSync(recorded) ? recordingsIn(recorded) : [])];
const streamsOf = (name: ProtocolName): readonly Recording[] =>
  recordings.filter(({ protocol, expected }) => protocol === name && expected.format !== 'json');

afterEach(() => vi.restoreAllMocks());

describe.each(protocolNames)('the fast lane of %s', (name) => {
  const protocol = protocols[name];
  const streams = streamsOf(name);

  it('reads each recording as the decoder does, however it is cut', () => {
    expect(streams.length).toBeGreaterThan(5);
    for (const { body } of streams) {
      const bytes = bytesOf(body);
      const random = seeded(bytes.length);
      const somewhere = (): number => random(bytes.length);
      const cuts = [
        [bytes],
        sliced(bytes, bytes.length < 20_000 ? 1 : 100),
        ...[3, 20].map((count) => cutAt(bytes, Array.from({ length: count }, somewhere))),
      ];
      for (const pieces of cuts) {
        expect(new Lane(protocol).difference(framesIn(protocol.framing, pieces))).toBeUndefined();
      }
    }
  });

  it('reads the recordings of many servers one after the other', () => {
    const lane = new Lane(protocol);
    const random = seeded(1);
    const order = [...streams, ...streams]
      .map((stream) => ({ stream, at: random(1e6) }))
      .sort((one, other) => one.at - other.at);
    for (const { stream } of order) {
      const frames = framesIn(protocol.framing, [bytesOf(stream.body)]);
      expect(lane.difference(frames)).toBeUndefined();
    }
  });

  it('knows each member that the decoder looks at', () => {
    const all = new Set<string>();
    let looked = new Set<string>();
    const parse = JSON.parse.bind(JSON);
    vi.spyOn(JSON, 'parse').mockImplementation((text: string): unknown =>
      watched(parse(text), protocol.members, looked),
    );
    for (const frames of allFrames(name, streams)) {
      const answer = { ...answerTo(() => undefined), failure: () => new Error('said') as never };
      const decoder = protocol.create(answer);
      for (const { data, event } of frames) {
        looked = new Set();
        try {
          // The last frame of an answer may be looked at in other places.
          if (decoder.frame(data, event)) break;
        } catch {
          break;
        }
        for (const member of looked) all.add(member);
      }
    }
    vi.restoreAllMocks();
    // The id of a chat is looked at only where it starts, or a frame has no choices.
    if (name === 'openai-chat') all.delete('id');
    expect([...all].filter((member) => !Object.hasOwn(protocol.members, member))).toEqual([]);
    expect(all.size).toBeGreaterThan(6);
  });

  it('parses few frames of a long answer, and fewer of the next', () => {
    const lane = new Lane(protocol);
    const parse = vi.spyOn(JSON, 'parse');
    const read = (stream: number): number => {
      parse.mockClear();
      expect(lane.difference(typical[name](stream))).toBeUndefined();
      const parsed = parse.mock.calls.filter(([text]) => text.startsWith('{')).length;
      // What is read for comparison is parsed as a whole.
      return parsed - 200;
    };
    expect(read(0)).toBeLessThan(20);
    expect(read(1)).toBeLessThan(8);
    expect(lane.taken).toBeGreaterThan(380);
  });
});

/** The recordings and answers of made-up servers. */
function allFrames(
  name: ProtocolName,
  streams: readonly Recording[],
): readonly (readonly Frame[])[] {
  const { framing } = protocols[name];
  const random = seeded(2);
  return [
    ...streams.map(({ body }) => framesIn(framing, [bytesOf(body)])),
    ...Array.from({ length: 50 }, () => answerOf(serverOf(name, random), random, 5)),
  ];
}

/** Notes the members that are looked at. Those within gathered ones must never be known. */
function watched(value: unknown, members: object, looked: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get: (target, member) => {
      const inner: unknown = Reflect.get(target, member);
      if (typeof member === 'symbol' || Array.isArray(target)) {
        return typeof inner === 'function' ? inner : watched(inner, members, looked);
      }
      looked.add(member);
      const use = (members as Readonly<Record<string, unknown>>)[member];
      return use === 'gathered' ? inner : watched(inner, members, looked);
    },
    ownKeys: () => {
      throw new Error('the decoder lists the members of a frame');
    },
  });
}

const hex = (value: number): string => (value * 2_654_435_761).toString(36).slice(0, 8);
const typicalFrames =
  (make: (stream: number, at: number) => readonly [string, object]) =>
  (stream: number): readonly Frame[] =>
    Array.from({ length: 200 }, (_, at) => {
      const [event, value] = make(stream, at);
      return { data: JSON.stringify(value), event: event === '' ? undefined : event };
    });

/** Answers of text, with all that differs from frame to frame and from answer to answer. */
const typical: Readonly<Record<ProtocolName, (stream: number) => readonly Frame[]>> = {
  'openai-chat': typicalFrames((stream, at) => [
    '',
    {
      id: `chatcmpl-${hex(stream)}`,
      object: 'chat.completion.chunk',
      created: 1_760_000_000 + stream * 60 + (at >> 3),
      model: 'gpt-5-mini',
      service_tier: 'default',
      system_fingerprint: stream === 0 ? null : null,
      choices: [
        { index: 0, delta: { content: ` word${at}` }, logprobs: null, finish_reason: null },
      ],
      usage: null,
      obfuscation: hex(at).slice(at % 5),
    },
  ]),
  'openai-responses': typicalFrames((stream, at) => [
    'response.output_text.delta',
    {
      type: 'response.output_text.delta',
      sequence_number: at + 4,
      item_id: `msg_${hex(stream)}`,
      output_index: stream,
      content_index: 0,
      delta: ` word${at}`,
      logprobs: [],
      obfuscation: hex(at).slice(at % 5),
    },
  ]),
  anthropic: typicalFrames((stream, at) => [
    'content_block_delta',
    {
      type: 'content_block_delta',
      index: at < 100 ? stream : stream + 1,
      delta: { type: 'text_delta', text: ` word${at}` },
    },
  ]),
  ollama: typicalFrames((stream, at) => [
    '',
    {
      model: 'llama3.2',
      created_at: `2026-01-0${stream + 1}T00:00:00.${at}Z`,
      message: { role: 'assistant', content: ` word${at}` },
      done: false,
    },
  ]),
};
