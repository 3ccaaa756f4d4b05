import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/store/memory';

const setUp = (max = 10, maxBytes = 1000) => new MemoryStore<string>({ max, maxBytes });

describe('MemoryStore', () => {
  it('keeps a value until the time given, on the clock given', () => {
    const store = setUp();
    store.set('key', 'value', 100, 1);
    expect(store.get('key', 0)).toBe('value');
    expect(store.get('key', 99.9)).toBe('value');
    expect(store.get('key', 100)).toBeUndefined();
  });

  it('forgets what it found too old', () => {
    const store = setUp();
    store.set('key', 'value', 100, 30);
    expect([store.size, store.bytes]).toEqual([1, 30]);
    store.get('key', 100);
    expect([store.size, store.bytes]).toEqual([0, 0]);
    expect(store.get('key', 0)).toBeUndefined();
  });

  it.each([0, -5, 1.7e12])('works on a clock that stands at %d', (now) => {
    const store = setUp();
    store.set('key', 'value', now + 1, 1);
    expect(store.get('key', now)).toBe('value');
    expect(store.get('key', now + 1)).toBeUndefined();
  });

  it('keeps a value for ever when told so', () => {
    const store = setUp();
    store.set('key', 'value', Infinity, 1);
    expect(store.get('key', Number.MAX_VALUE)).toBe('value');
  });

  it('replaces a value, its time and its size', () => {
    const store = setUp();
    store.set('key', 'old', 10, 400);
    store.set('key', 'new', 20, 100);
    expect(store.get('key', 15)).toBe('new');
    expect([store.size, store.bytes]).toEqual([1, 100]);
  });

  it('drops the least recently used one when there are too many', () => {
    const store = setUp(2);
    store.set('a', 'A', 10, 1);
    store.set('b', 'B', 10, 1);
    store.get('a', 0);
    store.set('c', 'C', 10, 1);
    expect(['a', 'b', 'c'].map((key) => store.get(key, 0))).toEqual(['A', undefined, 'C']);
  });

  it('drops as many as it takes to stay within its bytes', () => {
    const store = setUp(10, 1000);
    for (const key of ['a', 'b', 'c', 'd']) store.set(key, key, 10, 250);
    store.set('e', 'e', 10, 500);
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => store.get(key, 0))).toEqual([
      ...[undefined, undefined, 'c', 'd', 'e'],
    ]);
    expect(store.bytes).toBe(1000);
  });

  it('does not keep what is larger than all of it, and keeps the rest', () => {
    const store = setUp(10, 1000);
    store.set('a', 'a', 10, 10);
    store.set('huge', 'huge', 10, 1001);
    expect(store.get('huge', 0)).toBeUndefined();
    expect(store.get('a', 0)).toBe('a');
  });

  it('counts a value without size as one byte', () => {
    const store = setUp(10, 2);
    for (const key of ['a', 'b', 'c']) store.set(key, key, 10, 0);
    expect([store.size, store.bytes]).toEqual([2, 2]);
  });

  it('deletes', () => {
    const store = setUp();
    store.set('key', 'value', 10, 5);
    store.delete('key');
    store.delete('other');
    expect(store.get('key', 0)).toBeUndefined();
    expect([store.size, store.bytes]).toEqual([0, 0]);
  });
});
