/** What can be put into a {@link Bag}. */
export interface Bagged {
  /** Where it is in the bag; the bag alone writes this. */
  place: number;
}

/**
 * Things in no order, each of which is taken out in constant time. A `Set` does that, too, but makes
 * its table anew for every few dozen, and in old memory leaves the one before to a full garbage
 * collection.
 */
export class Bag<Item extends Bagged> implements Iterable<Item> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: Item): void {
    item.place = this.#items.push(item) - 1;
  }

  /** Takes out an item, which must be in the bag. */
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
