interface Waiting {
  readonly condition: () => boolean;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Promises for conditions, which are tried when something has changed. */
export class Conditions {
  readonly #waiting = new Set<Waiting>();
  #closed = false;

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { condition, resolve, reject };
      this.#waiting.add(waiting);
      this.#try(waiting);
      if (this.#closed) this.close();
    });
  }

  check(): void {
    for (const waiting of this.#waiting) this.#try(waiting);
  }

  /** Nothing changes any more: rejects what still waits. */
  close(): void {
    this.#closed = true;
    for (const waiting of this.#waiting) {
      waiting.reject(new Error('simulator: it was closed before the awaited condition held'));
    }
    this.#waiting.clear();
  }

  #try(waiting: Waiting): void {
    try {
      if (!waiting.condition()) return;
      waiting.resolve();
    } catch (thrown) {
      waiting.reject(thrown);
    }
    this.#waiting.delete(waiting);
  }
}
