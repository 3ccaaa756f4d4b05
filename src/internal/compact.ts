/** Leaves out the fields that are `undefined`. */
export function compact<T extends object>(
  fields: T,
): { [Field in keyof T]?: Exclude<T[Field], undefined> } {
  const said: { [Field in keyof T]?: unknown } = {};
  for (const field of Object.keys(fields) as (keyof T)[]) {
    if (fields[field] !== undefined) said[field] = fields[field];
  }
  return said as never;
}
