import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fastLane } from '../../src/provider/fast-lane';
import { heapInUse } from '../support/heap';
import { answerTo, Lane, protocols } from './fast-lane/lanes';

const chat = protocols['openai-chat'];
const frameOf = (text: string, rest = ''): string =>
  `{"choices":[{"index":0,"delta":{"content":"${text}"}}]${rest}}`;
const stream = (
  count: number,
  make: (at: number) => string,
): readonly { readonly data: string; readonly event: undefined }[] =>
  Array.from({ length: count }, (_, at) => ({ data: make(at), event: undefined }));

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Counts the patterns that are made, but for those that are written in the code. */
function countPatterns(): () => number {
  let count = 0;
  class Counted extends RegExp {
    constructor(...of: ConstructorParameters<typeof RegExp>) {
      super(...of);
      count += 1;
    }
  }
  vi.stubGlobal('RegExp', Counted);
  return () => count;
}

describe('a fast lane', () => {
  it('makes few patterns for a server whose frames never have the same shape for long', () => {
    const made = countPatterns();
    const lane = new Lane(chat);
    const frames = stream(5000, (at) => frameOf(`word${at}`, `,"x${at >> 1}":1`));
    expect(lane.difference(frames)).toBeUndefined();
    expect(made()).toBeGreaterThan(8);
    expect(made()).toBeLessThanOrEqual(16);
    // It has learnt in vain, and learns again when there is more to be read.
    lane.difference(stream(20_000, (at) => frameOf(`word${at}`)));
    expect(lane.taken).toBeGreaterThan(9900);
  });

  it('takes few frames to pieces where they come in two forms by turns', () => {
    const lane = new Lane(chat);
    const match = vi.spyOn(String.prototype, 'match');
    const turns = stream(40_000, (at) => frameOf(`w${at}`, at % 2 === 0 ? '' : ',"y":1'));
    expect(lane.difference(turns)).toBeUndefined();
    // Both frames of each lesson: sixteen, and one more for each 10,000 frames.
    expect(match.mock.calls.length).toBeGreaterThan(0);
    expect(match.mock.calls.length).toBeLessThanOrEqual(2 * (16 + 4));
    match.mockRestore();
  });

  it('looks less often where frames come in two forms by turns, and still finds their like', () => {
    const lane = new Lane(chat);
    for (const rest of ['', ',"y":1'])
      lane.difference(stream(100, (at) => frameOf(`w${at}`, rest)));
    const turns = stream(1600, (at) => frameOf(`w${at}`, at % 2 === 0 ? '' : ',"y":1'));
    const exec = vi.spyOn(RegExp.prototype, 'exec');
    expect(lane.difference(turns)).toBeUndefined();
    expect(exec.mock.calls.length).toBeLessThan(1600);
    exec.mockRestore();
    const before = lane.taken;
    const alike = stream(100, (at) => frameOf(`w${at}`));
    expect(lane.difference([...turns, ...alike])).toBeUndefined();
    expect(lane.taken - before).toBeGreaterThan(80);
    // Having found them, it looks again at all that follow one another.
    const after = lane.taken;
    expect(lane.difference([...turns, ...alike, ...turns.slice(0, 5), ...alike])).toBeUndefined();
    expect(lane.taken - after).toBeGreaterThan(80 + 90);
  });

  it.each([
    ['that say nothing', '{"choices":[]}'],
    [
      'of tools',
      '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}]}}]}',
    ],
  ])(
    'does not look less often for pieces that come one by one, between frames %s',
    (_, between) => {
      const lane = new Lane(chat);
      lane.difference(stream(100, (at) => frameOf(`w${at}`)));
      const apart = stream(200, (at) => (at % 2 === 0 ? frameOf(`w${at}`) : between));
      const before = lane.taken;
      expect(lane.difference([...apart, ...stream(60, (at) => frameOf(`v${at}`))])).toBeUndefined();
      expect(lane.taken - before).toBeGreaterThan(55);
    },
  );

  it('keeps few patterns, and saves no chances to make more', () => {
    const made = countPatterns();
    const lane = new Lane(chat);
    const shapes = (count: number) => stream(count, (at) => frameOf(`w${at}`, `,"y${at >> 1}":1`));
    expect(lane.difference(shapes(100))).toBeUndefined();
    const exec = vi.spyOn(RegExp.prototype, 'exec');
    expect(lane.difference(shapes(100))).toBeUndefined();
    expect(exec.mock.calls.length).toBeLessThanOrEqual(4 * 100);
    exec.mockRestore();
    expect(lane.difference(stream(200_000, (at) => frameOf(`word${at}`)))).toBeUndefined();
    const before = made();
    expect(lane.difference(shapes(3000))).toBeUndefined();
    expect(made() - before).toBeLessThanOrEqual(16 + 1);
  });

  it('makes few patterns for a server that has each text in many places', () => {
    const made = countPatterns();
    const parsed = vi.spyOn(JSON, 'parse');
    const lane = new Lane(chat);
    const many = (at: number): string =>
      Array.from({ length: 200 }, (_, place) => `"text":"w${at + (place % 2)}"`).join();
    const frames = stream(1000, (at) => frameOf(`w${at}`, `,"x${at >> 1}":{${many(at)}}`));
    expect(lane.difference(frames)).toBeUndefined();
    expect(made()).toBeLessThanOrEqual(16 + 1);
    // Two a frame, with and without the lane, and each place once in each of two frames a lesson.
    expect(parsed.mock.calls.length).toBeLessThan(2 * 1000 + 17 * 2 * 202);
  });

  it('never matches a frame of great length', () => {
    const lane = new Lane(chat);
    const exec = vi.spyOn(RegExp.prototype, 'exec');
    const long = 'x'.repeat(1_000_000);
    const frames = stream(40, (at) => frameOf(at % 4 === 3 ? long : `word${at}`));
    expect(lane.difference(frames)).toBeUndefined();
    const lengths = exec.mock.calls.map(([text]) => text.length);
    expect(lengths.length).toBeGreaterThan(40);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(4096);
  });

  it.each(['a', '\\\\', '\\"', '\\u0041', '7', '\\n7'])(
    'takes no more than in proportion longer for a text of many %j',
    (piece) => {
      const rest = (text: string, number: string, end: string): string =>
        `,"a":"${text}","b":${number},"c":"${text}","d":"${text}"${end}`;
      const decoder = fastLane(chat.create, chat.members)(answerTo(() => undefined));
      const frame = (data: string): boolean => decoder.frame(data, undefined);
      const open = (): void => {
        for (const at of ['1', '2', '3']) frame(frameOf(`w${at}`, rest(at, at, '')));
      };
      const time = (length: number): number => {
        const text = piece.repeat(length / 5 / piece.length);
        const data = frameOf(text, rest(text, `1${'0'.repeat(length / 5)}`, ',"e":1'));
        let least = Infinity;
        for (let round = 0; round < 20; round += 1) {
          open();
          const start = performance.now();
          // As it does not fit in the end, all is tried; then it goes to the decoder.
          frame(data);
          least = Math.min(least, performance.now() - start);
        }
        return least;
      };
      time(350);
      expect(time(3500)).toBeLessThan(40 * time(350) + 1);
    },
  );

  it('keeps no frame for the sake of its text', () => {
    const texts: string[] = [];
    const create = fastLane(chat.create, chat.members);
    const decoder = create(
      answerTo((event) => {
        if (event.type === 'text-delta') texts.push(event.text);
      }),
    );
    const before = heapInUse();
    for (let at = 0; at < 2000; at += 1) {
      decoder.frame(
        frameOf(`some word and ${at}`, `,"pad":"${'x'.repeat(3000 + (at % 7))}"`),
        undefined,
      );
    }
    const after = heapInUse();
    expect(texts).toHaveLength(2000);
    expect(after - before).toBeLessThan(1_500_000);
  });
});
