import { describe, expect, it } from 'vitest';
import { deepFreeze } from '../../src/internal/deep-freeze';

describe('deepFreeze', () => {
  it('freezes objects and arrays to any depth', () => {
    const value = { list: [{ inner: { deep: true } }], none: null, nothing: undefined };
    deepFreeze(value);
    for (const part of [value, value.list, value.list[0], value.list[0]!.inner]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('freezes also what a frozen object holds', () => {
    const value = Object.freeze({ inner: {} });
    deepFreeze(value);
    expect(Object.isFrozen(value.inner)).toBe(true);
  });

  it('ends with circles, great depths and long lists', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    let deep: object = {};
    for (let level = 0; level < 100_000; level += 1) deep = { deep };
    const long = Array.from({ length: 300_000 }, () => 0);
    deepFreeze([circle, deep, long]);
    expect([circle, deep, long].every(Object.isFrozen)).toBe(true);
  });

  it('leaves bytes and errors as they are', () => {
    const value = { bytes: new Uint8Array(1), error: new Error('mine') };
    deepFreeze(value);
    expect([value.bytes, value.error].some(Object.isFrozen)).toBe(false);
  });

  it.each([0, 'text', null, undefined, Symbol('x')])('takes %o', (value) => {
    expect(() => deepFreeze(value)).not.toThrow();
  });
});
