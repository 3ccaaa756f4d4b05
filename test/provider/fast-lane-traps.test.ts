import { describe, expect, it } from 'vitest';
import type { CreateDecoder } from '../../src/provider/decoder';
import { sse } from '../../src/wire/sse';
import { Lane, protocols } from './fast-lane/lanes';
import { gathered, traps } from './fast-lane/traps';

interface Fields {
  readonly a: string;
  readonly b: string;
}

interface Said {
  readonly type: 'text-delta' | 'reasoning-delta';
  readonly text: string;
}

describe('the fast lane', () => {
  it.each(gathered)('leaves to the decoder $name', ({ frames }) => {
    const lane = new Lane(protocols['openai-chat']);
    const stream = [...frames, '[DONE]'].map((data) => ({ data, event: undefined }));
    expect(lane.difference(stream)).toBeUndefined();
    expect(lane.taken).toBe(0);
  });

  it.each(traps)('is not fooled by $name', ({ protocol, frames, events = [], taken }) => {
    const lane = new Lane(protocols[protocol ?? 'openai-chat']);
    const stream = frames.map((data, at) => ({ data, event: events[at] || undefined }));
    expect(lane.difference(stream)).toBeUndefined();
    expect(lane.taken).toBe(taken);
    // And once more, when all that can be learnt of it is known.
    expect(lane.difference(stream)).toBeUndefined();
  });
});

describe('the fast lane of a decoder of another kind', () => {
  it.each<readonly [string, (frame: Fields, event: string | undefined) => Said, readonly string[]]>(
    [
      [
        'whose event chooses the member',
        ({ a, b }, event) => ({ type: 'text-delta', text: event === 'b' ? b : a }),
        ['a', 'a', 'a', 'b', 'b', 'a', 'b', 'b'],
      ],
      [
        'whose event chooses the type',
        ({ a }, event) => ({ type: event === 'b' ? 'reasoning-delta' : 'text-delta', text: a }),
        ['a', 'a', 'b', 'b', 'b', 'a', 'b', 'a'],
      ],
    ],
  )('is not fooled by one %s', (_, read, events) => {
    const create: CreateDecoder = (answer) => ({
      frame: (data, event) => {
        answer.emit(read(JSON.parse(data) as Fields, event));
        return false;
      },
      body: () => undefined,
      end: () => false,
    });
    const lane = new Lane({ create, members: { a: 'read', b: 'read' }, framing: sse });
    for (const words of ['stuvwxyz', 'stuxyzxy', 'stuxxyxy']) {
      const frames = events.map((event, at) => ({ data: `{"a":"${words[at]!}","b":"x"}`, event }));
      expect(lane.difference(frames)).toBeUndefined();
    }
    expect(lane.taken).toBeGreaterThan(2);
  });
});
