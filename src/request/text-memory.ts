type Fields = Readonly<Record<string, unknown>>;

/** What was written for the fields of an object. */
interface Known {
  readonly keys: readonly string[];
  readonly values: readonly unknown[];
  readonly text: string;
}

// Shorter texts are made as fast as they are found.
const WORTH_IT = 128;

/**
 * Remembers the texts of objects as long as those are in use. An object that has been changed
 * since is not recalled: it is looked at again each time, and a field that holds an object, whose
 * changes would not be seen, is not remembered at all.
 */
export class TextMemory {
  readonly #known = new WeakMap<object, Known>();
  readonly #met = new WeakSet();

  /** Whether an object has been met before; from now on it has. */
  meets(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    if (this.#met.has(value)) return true;
    this.#met.add(value);
    return false;
  }

  /** The text of an object that has the same fields as it had then. */
  recall(fields: Fields, keys: readonly string[]): string | undefined {
    const known = this.#known.get(fields);
    if (known?.keys.length !== keys.length) return undefined;
    for (let at = 0; at < keys.length; at += 1) {
      const key = keys[at]!;
      // A text that is the same one is compared at once, however long it is.
      if (known.keys[at] !== key || known.values[at] !== fields[key]) return undefined;
    }
    return known.text;
  }

  remember(fields: Fields, known: Known): void {
    if (known.text.length < WORTH_IT || known.values.some(canChange)) return;
    this.#known.set(fields, known);
  }
}

function canChange(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
