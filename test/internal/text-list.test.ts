import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { TextList } from '../../src/internal/text-list';

const listOf = (texts: readonly string[]): TextList => {
  const list = new TextList();
  for (const text of texts) list.add(text);
  return list;
};

const counted = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${String(at)} é😀`);

describe('TextList', () => {
  it('gives the texts that it was given, settled at any time', () => {
    const steps = fc.oneof(
      { weight: 9, arbitrary: fc.string({ unit: 'binary', maxLength: 400 }) },
      fc.constant(undefined),
    );
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 400, size: 'max' }), (all) => {
        const list = new TextList();
        for (const text of all) {
          if (text === undefined) list.settle();
          else list.add(text);
        }
        const texts = all.filter((text) => text !== undefined);
        expect([...list]).toEqual(texts);
        expect([...list]).toEqual(texts);
      }),
    );
  });

  it.each([0, 1, 63, 64, 65, 128, 1000, 20_000])('gives %i texts', (count) => {
    expect([...listOf(counted(count))]).toEqual(counted(count));
  });

  it.each(['\ufeff', '\ud83d', '\ude00', '\u2028', '"\\', '\0', ''])('gives back %j', (text) => {
    const texts = Array.from({ length: 10_000 }, () => text);
    expect([...listOf(texts)]).toEqual(texts);
  });

  it('goes on with what comes while it is read, one by one and by the page', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 5 }), (steps) => {
        const list = new TextList();
        const all = counted(steps.reduce((sum, step) => sum + step, 1));
        let added = 0;
        const add = (count: number): void => {
          for (const end = added + count; added < end; added += 1) list.add(all[added]!);
        };
        add(1);
        const next = steps.values();
        const seen: string[] = [];
        for (const text of list) {
          seen.push(text);
          if (seen.length === added) add(next.next().value ?? 0);
        }
        expect(seen).toEqual(all);
      }),
    );
  });

  it('does not parse what is written for each text that comes while it is read', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const list = listOf(['0']);
    const seen: string[] = [];
    for (const text of list) {
      seen.push(text);
      if (seen.length < 10_000) list.add(String(seen.length));
    }
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, at) => String(at)));
    expect(parse.mock.calls.length).toBeLessThan(10_000 / 32);
    parse.mockRestore();
  });

  it('takes two bytes a character at first, and one for most of what is long', () => {
    const short = listOf(['word']);
    short.settle();
    expect(short.bytes).toBe(2 * '["word"]'.length);
    const long = listOf(Array.from({ length: 64 }, () => 'x'.repeat(1000)));
    expect(long.bytes).toBe(64 * 1003 + 1);
  });
});
