/**
 * A map of what soon goes again. V8 makes the next table of a map where the one before is, and in old
 * memory each one waits for a full garbage collection: so this map is made anew, in young memory, when
 * as much has gone as there is.
 */
export class TransientMap<Key, Value> {
  #entries = new Map<Key, Value>();
  #gone = 0;

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value);
  }

  delete(key: Key): void {
    if (!this.#entries.delete(key)) return;
    this.#gone += 1;
    if (this.#gone < Math.max(LEAST, this.#entries.size)) return;
    this.#gone = 0;
    this.#entries = new Map(this.#entries);
  }
}

// A small map is copied no more often than this.
const LEAST = 64;
