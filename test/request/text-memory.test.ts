import { describe, expect, it } from 'vitest';
import { TextMemory } from '../../src/request/text-memory';

const keys = ['a', 'b'];
const text = 'x'.repeat(128);

describe('TextMemory', () => {
  it('recalls the text of an object as long as it has the same fields', () => {
    const memory = new TextMemory();
    const fields: Record<string, unknown> = { a: 1, b: 'two' };
    expect(memory.recall(fields, keys)).toBeUndefined();
    memory.remember(fields, { keys, values: [1, 'two'], text });
    expect(memory.recall(fields, keys)).toBe(text);
    expect(memory.recall({ ...fields }, keys)).toBeUndefined();
    expect(memory.recall(fields, ['a'])).toBeUndefined();
    expect(memory.recall(fields, ['a', 'c'])).toBeUndefined();
    fields['b'] = 'three';
    expect(memory.recall(fields, keys)).toBeUndefined();
  });

  it.each([[{}], [[]], [() => 0]])('remembers nothing with %o in it, which may change', (inner) => {
    const memory = new TextMemory();
    const fields = { a: 1, b: inner };
    memory.remember(fields, { keys, values: [1, inner], text });
    expect(memory.recall(fields, keys)).toBeUndefined();
  });

  it('remembers no short text', () => {
    const memory = new TextMemory();
    const fields = { a: 1, b: null };
    memory.remember(fields, { keys, values: [1, null], text: text.slice(1) });
    expect(memory.recall(fields, keys)).toBeUndefined();
  });

  it('meets an object once, and nothing else', () => {
    const memory = new TextMemory();
    const first = {};
    expect([first, {}, 'text', null, first].map((value) => memory.meets(value))).toEqual([
      ...[false, false, false, false, true],
    ]);
  });
});
