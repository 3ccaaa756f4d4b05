// Events hold an object in an object at the most, except for what tools are given.
const FLAT = 3;

/**
 * How long a value is as JSON, but for what must be escaped in it. It isn't written where it is
 * nearly flat. Throws for what is too deep to be written, or goes in circles.
 */
export function jsonLength(value: object, depth = 0): number {
  if (depth > FLAT || Array.isArray(value) || 'toJSON' in value) {
    return (JSON.stringify(value) as string | undefined)?.length ?? 0;
  }
  let length = 2;
  for (const name in value) {
    const field: unknown = value[name as never];
    if (field === undefined) continue;
    if (length > 2) length += 1;
    length += name.length + 3;
    if (typeof field === 'string') length += field.length + 2;
    else if (typeof field === 'object' && field !== null) length += jsonLength(field, depth + 1);
    else length += String(field).length;
  }
  return length;
}
