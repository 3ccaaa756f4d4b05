/**
 * Texts in little memory. Those of a long answer are held outside of the garbage-collected heap:
 * what survives there makes V8 enlarge its young generation, until nothing new is in the
 * processor's cache.
 */
export class TextList implements Iterable<string> {
  #young: string[] = [];
  /** Lists of texts as JSON, with commas between them. */
  #written = '';
  /** How many texts those are. */
  #settled = 0;
  readonly #pages: Uint8Array[] = [];

  add(text: string): void {
    if (this.#young.push(text) === YOUNG) this.settle();
  }

  /** Makes few objects of many. */
  settle(): void {
    if (this.#young.length === 0) return;
    const written = JSON.stringify(this.#young);
    this.#settled += this.#young.length;
    this.#young = [];
    this.#written = this.#written === '' ? written : `${this.#written},${written}`;
    if (this.#written.length < PAGE) return;
    this.#pages.push(new TextEncoder().encode(this.#written));
    this.#written = '';
    this.#settled = 0;
  }

  /** How many bytes it takes once it is settled, by estimate. */
  get bytes(): number {
    return this.#pages.reduce((sum, { length }) => sum + length, 2 * this.#written.length);
  }

  /** The texts so far, and those that come while they are read. */
  *[Symbol.iterator](): Iterator<string> {
    for (let page = 0; ; page += 1) {
      let texts: readonly string[] = [];
      for (let at = 0; ; at += 1) {
        if (page === this.#pages.length && at >= this.#settled) {
          const text = this.#young[at - this.#settled];
          if (text === undefined) return;
          yield text;
          continue;
        }
        if (at >= texts.length) texts = this.#read(page);
        if (at >= texts.length) break;
        yield texts[at]!;
      }
    }
  }

  #read(page: number): readonly string[] {
    const bytes = this.#pages[page];
    const written = bytes ? new TextDecoder().decode(bytes) : this.#written;
    return (JSON.parse(`[${written}]`) as string[][]).flat();
  }
}

// So many become one text while they are young: the garbage collector then never moves them.
const YOUNG = 64;
const PAGE = 8192;
