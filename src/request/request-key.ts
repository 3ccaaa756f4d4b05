import { TextMemory } from './text-memory';
import type { ChatRequest } from './chat-request';

// The order of the keys of these values is part of what the model reads; the later ones are in
// `providerOptions`.
const ordered: ReadonlySet<string> = new Set([
  'schema',
  'parameters',
  'input',
  'input_schema',
  'parametersJsonSchema',
  'responseJsonSchema',
  'responseSchema',
]);

// What stands before the values that are met most often.
const labels: ReadonlyMap<string, string> = new Map(
  ['content', 'messages', 'model', 'role', 'temperature', 'text', 'type'].map((name) => [
    name,
    `${JSON.stringify(name)}:`,
  ]),
);

const memory = new TextMemory();

/**
 * The canonical text of everything in a request that changes its answer, and of the
 * tenant. Two requests have the same key exactly if they ask the same for the same
 * tenant, however their objects were put together. Where more of the context decides who answers,
 * put that into a key of your own. A `TypeError` refuses a request with an object that inherits
 * what it says, unless JSON has a text for it, as for a date.
 *
 * @example
 * ```ts
 * // A cache that doesn't mind how a question is written.
 * const key = (request: ChatRequest) => requestKey(request).toLowerCase();
 * const ask = compose(openai({ model: 'gpt-5-mini' }), cache({ key }));
 * ```
 */
export function requestKey(request: ChatRequest): string {
  checkPlain(request);
  const { context, ...question } = request;
  const known = isKnown(question.messages) ? memory : undefined;
  return ['[', canonical(question, known), ',', canonical(context?.tenant), ']'].join('');
}

/** Whether it is a conversation that goes on, of objects that were there before. */
function isKnown(messages: ChatRequest['messages']): boolean {
  return Array.isArray(messages) && messages.length > 1 && memory.meets(messages[0]);
}

function canonical(value: unknown, known?: TextMemory): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, known)).join()}]`;
  // Dates, URLs and their like, of which the wire sees only this.
  if ('toJSON' in value) return JSON.stringify(value) ?? 'null';
  if (!ArrayBuffer.isView(value)) checkPlain(value);
  const fields = value as Readonly<Record<string, unknown>>;
  const keys = inOrder(Object.keys(fields));
  const before = known?.recall(fields, keys);
  if (before !== undefined) return before;
  // Each is read once, so that what is remembered is what was written.
  const values: unknown[] | undefined = known && [];
  // Joined, as sums of texts are trees of many small ones, and keys are kept for long.
  const inner: string[] = [];
  for (const key of keys) {
    const field = fields[key];
    values?.push(field);
    if (field === undefined) continue;
    const label = labels.get(key) ?? `${JSON.stringify(key)}:`;
    inner.push(label + (ordered.has(key) ? JSON.stringify(field) : canonical(field, known)));
  }
  const text = `{${inner.join()}}`;
  if (values) known?.remember(fields, { keys, values, text });
  return text;
}

// What an object inherits, accessors too, is read where a request is sent, but is none of its keys.
function checkPlain(value: object): void {
  let prototype = Object.getPrototypeOf(value) as object | null;
  while (prototype !== null && !isRoot(prototype)) {
    const inherited = Object.values(Object.getOwnPropertyDescriptors(prototype));
    if (
      isBox(prototype) ||
      inherited.some((field) => field.get !== undefined || field.enumerable)
    ) {
      throw new TypeError(
        'requestKey: an object of a request must say all with fields of its own, as a key holds no ' +
          'others; copy what it inherits into a plain object, or give a key of your own',
      );
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
}

// What these hold is in no field at all.
function isBox(prototype: object): boolean {
  const boxes: readonly object[] = [Number.prototype, Boolean.prototype, String.prototype];
  return boxes.includes(prototype);
}

/** Whether it is what plain objects are made from; those of other windows have their own. */
function isRoot(prototype: object): boolean {
  if (prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

// Most objects have a few keys, nearly in order.
function inOrder(keys: string[]): string[] {
  if (keys.length > 8) return keys.sort();
  for (let at = 1; at < keys.length; at += 1) {
    const key = keys[at]!;
    let place = at;
    for (; place > 0 && keys[place - 1]! > key; place -= 1) keys[place] = keys[place - 1]!;
    keys[place] = key;
  }
  return keys;
}
