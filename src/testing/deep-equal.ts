/**
 * Whether two values are alike: by structure, errors by class name, message and own
 * fields but not by stack, functions by identity.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  return alike(a, b, new Map());
}

function alike(a: unknown, b: unknown, seen: Map<unknown, unknown>): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  // A cycle is alike when it closes at the same place on both sides.
  if (seen.has(a)) return seen.get(a) === b;
  seen.set(a, b);
  const result = alikeInside(a, b, seen);
  seen.delete(a);
  return result;
}

function alikeInside(a: object, b: object, seen: Map<unknown, unknown>): boolean {
  if (className(a) !== className(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  if (isCollection(a) && isCollection(b)) return alike([...a], [...b], seen);
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return alike(new Uint8Array(a), new Uint8Array(b), seen);
  }

  const fields = fieldsOf(a);
  if (fields.length === 0 && className(a) !== '' && !sayTheSame(a, b)) return false;
  return (
    fields.length === fieldsOf(b).length &&
    fields.every(
      (field) =>
        Object.hasOwn(b, field) && alike(Reflect.get(a, field), Reflect.get(b, field), seen),
    )
  );
}

/** Whether a value is what it holds, and shows no field of it. */
export const isCollection = (value: object): value is Iterable<unknown> =>
  value instanceof Map || value instanceof Set || value instanceof Headers;

// What shows no field may hide all that it is, and then has to tell it, as a URL does.
function sayTheSame(a: object, b: object): boolean {
  const text = String(a);
  return text === String(b) && !/^\[object (?!Object\])/.test(text);
}

/** The name of a value's class. */
export function className(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null;
  return prototype?.constructor?.name ?? '';
}

/** The fields that tell a value; `message` and `cause` of an error are not enumerable. */
export function fieldsOf(value: object): readonly string[] {
  return value instanceof Error
    ? Object.getOwnPropertyNames(value).filter((field) => field !== 'stack')
    : Object.keys(value);
}
