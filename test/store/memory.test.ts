import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/store/memory';

interface Kept {
  readonly keptAt: number;
  readonly of?: string;
}

const setUp = ({ ttl = 10, max = 10, maxBytes = 1000 } = {}) =>
  new MemoryStore<Kept>({ ttl, max, maxBytes });

const kept = (of: string): Kept => ({ keptAt: 0, of });

describe('MemoryStore', () => {
  it('keeps a value for its time, on the clock given', () => {
    const store = setUp({ ttl: 100 });
    const value = { keptAt: 5 };
    store.set('key', value, 1);
    expect(store.get('key', 5)).toBe(value);
    expect(store.get('key', 104.9)).toBe(value);
    expect(store.get('key', 105)).toBeUndefined();
  });

  it('forgets what it found too old', () => {
    const store = setUp();
    store.set('key', { keptAt: 0 }, 30);
    expect([store.size, store.bytes]).toEqual([1, 30]);
    store.get('key', 10);
    expect([store.size, store.bytes]).toEqual([0, 0]);
    expect(store.get('key', 0)).toBeUndefined();
  });

  it.each([0, -5, 1.7e12])('works on a clock that stands at %d', (now) => {
    const store = setUp({ ttl: 1 });
    const value = { keptAt: now };
    store.set('key', value, 1);
    expect(store.get('key', now)).toBe(value);
    expect(store.get('key', now + 1)).toBeUndefined();
  });

  it('keeps a value for ever when told so', () => {
    const store = setUp({ ttl: Infinity });
    const value = { keptAt: 0 };
    store.set('key', value, 1);
    expect(store.get('key', Number.MAX_VALUE)).toBe(value);
  });

  it('replaces a value, its time and its size', () => {
    const store = setUp();
    store.set('key', { keptAt: 0 }, 400);
    const value = { keptAt: 10 };
    store.set('key', value, 100);
    expect(store.get('key', 15)).toBe(value);
    expect([store.size, store.bytes]).toEqual([1, 100]);
  });

  it('drops the least recently used one when there are too many', () => {
    const store = setUp({ max: 2 });
    store.set('a', kept('a'), 1);
    store.set('b', kept('b'), 1);
    store.get('a', 0);
    store.set('c', kept('c'), 1);
    expect(['a', 'b', 'c'].map((key) => store.get(key, 0)?.of)).toEqual(['a', undefined, 'c']);
  });

  it('drops as many as it takes to stay within its bytes', () => {
    const store = setUp();
    for (const key of ['a', 'b', 'c', 'd']) store.set(key, kept(key), 250);
    store.set('e', kept('e'), 500);
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => store.get(key, 0)?.of)).toEqual([
      ...[undefined, undefined, 'c', 'd', 'e'],
    ]);
    expect(store.bytes).toBe(1000);
  });

  it('does not keep what is larger than all of it, and keeps the rest', () => {
    const store = setUp();
    store.set('a', kept('a'), 10);
    store.set('huge', kept('huge'), 1001);
    expect(store.get('huge', 0)).toBeUndefined();
    expect(store.get('a', 0)).toEqual(kept('a'));
  });

  it('counts a value without size as one byte', () => {
    const store = setUp({ maxBytes: 2 });
    for (const key of ['a', 'b', 'c']) store.set(key, kept(key), 0);
    expect([store.size, store.bytes]).toEqual([2, 2]);
  });

  it('deletes', () => {
    const store = setUp();
    store.set('key', kept('key'), 5);
    store.delete('key');
    store.delete('other');
    expect(store.get('key', 0)).toBeUndefined();
    expect([store.size, store.bytes]).toEqual([0, 0]);
  });
});
