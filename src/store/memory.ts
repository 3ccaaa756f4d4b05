import { LRUCache } from 'lru-cache';

/** What can be kept. */
export interface Keepable {
  /** When it was, in milliseconds on the clock that {@link MemoryStore.get} is told. */
  readonly keptAt: number;
}

/** How long and how much a {@link MemoryStore} keeps. */
export interface MemoryStoreOptions {
  /** How long an entry is kept, in milliseconds. */
  readonly ttl: number;
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
export class MemoryStore<Value extends Keepable> {
  readonly #ttl: number;
  readonly #entries: LRUCache<string, Value>;

  constructor({ ttl, max, maxBytes }: MemoryStoreOptions) {
    this.#ttl = ttl;
    this.#entries = new LRUCache({ max, maxSize: maxBytes });
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get(key: string, now: number): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined || now < value.keptAt + this.#ttl) return value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value, bytes: number): void {
    this.#entries.set(key, value, { size: Math.max(1, bytes) });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
