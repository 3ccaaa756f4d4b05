/**
 * Whether a value comes back the same when it is written as JSON and read again: it holds no date,
 * no `Infinity`, nothing of a class. A field without a value is as good as none. Throws for what is
 * very deep, or goes in circles.
 */
export function isJson(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || holdsJson(value);
    default:
      return false;
  }
}

function holdsJson(value: object): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (!isJson(item)) return false;
    return true;
  }
  if (!isPlain(value)) return false;
  for (const name in value) {
    const field: unknown = value[name as never];
    if (field !== undefined && !isJson(field)) return false;
  }
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return true;
  // Those of other windows have their own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
