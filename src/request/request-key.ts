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

/**
 * The canonical text of everything in a request that changes its answer, and of the
 * tenant. Two requests have the same key exactly if they ask the same for the same
 * tenant, however their objects were put together. To tell fewer apart, change the request that
 * is given here, not the key. Where more of the context decides who answers, put that into a key of
 * your own. A `TypeError` refuses a request with an object that inherits what it says, unless JSON
 * has a text for it, as for a date.
 *
 * @example
 * ```ts
 * // A cache that doesn't mind the temperature.
 * const key = (request: ChatRequest) => requestKey({ ...request, temperature: undefined });
 * const ask = compose(openai({ model: 'gpt-5-mini' }), cache({ key }));
 * ```
 */
export function requestKey(request: ChatRequest): string {
  const text = fieldsText(request, 'context') + valueText(request.context?.tenant);
  // Without the bracket that all begin with. Of a sum of texts V8 makes one text only where a part is
  // asked for, and keys are kept for long.
  return text.slice(1);
}

// No text of a value is the beginning of another one's: a string has its length before it, so that
// nothing in it needs to be escaped.
function valueText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return stringText(value);
    case 'number':
      return Number.isFinite(value) ? `${String(value)};` : 'n';
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'n';
    case 'object':
      if (value === null) return 'n';
      if (Array.isArray(value)) return listText(value);
      return 'toJSON' in value ? writtenText(value) : fieldsText(value);
    default:
      return writtenText(value);
  }
}

function stringText(text: string): string {
  return `${String(text.length)}"${text}`;
}

function listText(list: readonly unknown[]): string {
  let text = '[';
  for (const item of list) text += valueText(item);
  return `${text}]`;
}

function fieldsText(value: object, leftOut?: string): string {
  if (!ArrayBuffer.isView(value)) checkPlain(value);
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '{';
  for (const key of inOrder(Object.keys(fields))) {
    const field = key === leftOut ? undefined : fields[key];
    if (field === undefined) continue;
    text += stringText(key);
    text += ordered.has(key) ? stringText(JSON.stringify(field) ?? '') : valueText(field);
  }
  return `${text}}`;
}

/** The text of a date, a URL or their like, of which the wire sees only what JSON makes of it. */
function writtenText(value: unknown): string {
  return valueText(JSON.parse(JSON.stringify(value) ?? 'null'));
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
