/** What is due at a time. */
export interface Due {
  readonly due: number;
  /** Where it is in the heap; the heap alone writes this. */
  place: number;
}

/** What is due, the earliest first: a binary heap from which anything can be taken out at once. */
export class DueHeap<Item extends Due> {
  readonly #items: Item[] = [];

  get first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Takes out what is in the heap. */
  remove(item: Item): void {
    const last = this.#items.pop()!;
    if (last === item) return;
    const { place } = item;
    if (last.due < item.due) this.#rise(last, place);
    else this.#sink(last, place);
  }

  /** Puts an item in a place, or above it. */
  #rise(item: Item, place: number): void {
    let at = place;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.#items[above]!;
      if (other.due <= item.due) break;
      this.#put(other, at);
      at = above;
    }
    this.#put(item, at);
  }

  /** Puts an item in a place, or below it. */
  #sink(item: Item, place: number): void {
    let at = place;
    for (let below = this.#earlierBelow(at); below; below = this.#earlierBelow(at)) {
      if (below.due >= item.due) break;
      const next = below.place;
      this.#put(below, at);
      at = next;
    }
    this.#put(item, at);
  }

  #earlierBelow(place: number): Item | undefined {
    const left = this.#items[2 * place + 1];
    const right = this.#items[2 * place + 2];
    return left && right && right.due < left.due ? right : left;
  }

  #put(item: Item, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}
