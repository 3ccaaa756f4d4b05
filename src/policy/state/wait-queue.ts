/** A place in a {@link WaitQueue}. */
export interface Place<T> {
  readonly value: T;
  /** Leaves the queue; a place that was already taken or left is left alone. */
  leave(): void;
}

class Node<T> implements Place<T> {
  before: Node<T> | undefined;
  after: Node<T> | undefined;

  constructor(
    readonly value: T,
    private line: Line<T> | undefined,
  ) {}

  leave(): void {
    this.line?.remove(this);
    this.line = undefined;
  }
}

class Line<T> {
  first: Node<T> | undefined;
  last: Node<T> | undefined;
  size = 0;

  constructor(
    readonly priority: number,
    private readonly onRemove: (line: Line<T>) => void,
  ) {}

  append(node: Node<T>): void {
    node.before = this.last;
    if (this.last) this.last.after = node;
    else this.first = node;
    this.last = node;
    this.size += 1;
  }

  remove(node: Node<T>): void {
    if (node.before) node.before.after = node.after;
    else this.first = node.after;
    if (node.after) node.after.before = node.before;
    else this.last = node.before;
    // Who keeps its place keeps no one else's.
    node.before = node.after = undefined;
    this.size -= 1;
    this.onRemove(this);
  }
}

/**
 * First in, first out within a priority; higher priorities go first. Joining, leaving
 * from anywhere and taking are O(1) in the number of those who wait, which arrays
 * with `shift()` are not.
 */
export class WaitQueue<T> {
  // Sorted, highest priority first; empty lines are removed.
  readonly #lines: Line<T>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many go before a newcomer of this priority. */
  ahead(priority: number): number {
    let count = 0;
    for (const line of this.#lines) if (line.priority >= priority) count += line.size;
    return count;
  }

  join(value: T, priority = 0): Place<T> {
    const line = this.#line(priority);
    const node = new Node(value, line);
    line.append(node);
    this.#size += 1;
    return node;
  }

  /** The one that goes next. */
  get first(): T | undefined {
    return this.#lines[0]?.first?.value;
  }

  /** All who wait, in their order. */
  *[Symbol.iterator](): Iterator<T> {
    for (const line of this.#lines) {
      for (let node = line.first; node; node = node.after) yield node.value;
    }
  }

  /** Takes the next one out. */
  take(): T | undefined {
    const node = this.#lines[0]?.first;
    node?.leave();
    return node?.value;
  }

  #line(priority: number): Line<T> {
    const at = this.#lines.findIndex((line) => line.priority <= priority);
    const found = this.#lines[at];
    if (found?.priority === priority) return found;
    const line = new Line<T>(priority, (shrunk) => {
      this.#size -= 1;
      if (shrunk.size === 0) this.#lines.splice(this.#lines.indexOf(shrunk), 1);
    });
    this.#lines.splice(at === -1 ? this.#lines.length : at, 0, line);
    return line;
  }
}
