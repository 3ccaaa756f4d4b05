/** What can be put into a {@link Bag}. */
export interface Bagged {
  /** Where it is in the bag; the bag alone writes this. */
  place: number;
}

/**
 * Things in no order, any of which can be taken out at once. A set to which as much is added as is
 * taken out is made anew time and again, and in old memory leaves each one that it was to a full
 * garbage collection.
 */
export class Bag<Item extends Bagged> implements Iterable<Item> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: Item): void {
    item.place = this.#items.push(item) - 1;
  }

  /** Takes out what is in the bag. */
  remove(item: Item): void {
    const last = this.#items.pop()!;
    if (last === item) return;
    this.#items[item.place] = last;
    last.place = item.place;
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.#items.values();
  }
}
