import { LRUCache } from 'lru-cache';

interface Entry<Value> {
  readonly value: Value;
  readonly expiresAt: number;
}

/** The bounds of a {@link MemoryStore}. */
export interface MemoryStoreOptions {
  /** The most entries. */
  readonly max: number;
  /** The most bytes of all entries together. */
  readonly maxBytes: number;
}

/**
 * Keeps values for a time, dropping the least recently used ones when it is full.
 *
 * Expiry is ours and lazy, on read: lru-cache's own reads a clock that virtual time
 * does not move.
 */
export class MemoryStore<Value> {
  readonly #entries: LRUCache<string, Entry<Value>>;

  constructor({ max, maxBytes }: MemoryStoreOptions) {
    this.#entries = new LRUCache({ max, maxSize: maxBytes });
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get(key: string, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (now < entry.expiresAt) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value, expiresAt: number, bytes: number): void {
    this.#entries.set(key, { value, expiresAt }, { size: Math.max(1, bytes) });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
