/** An object of a shape whose fields are all `unknown`, so that nothing is taken on trust. */
export function asObject<Shape extends { readonly [Field in keyof Shape]?: unknown }>(
  value: unknown,
): Shape | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Shape)
    : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that holds something. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A count of tokens. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
