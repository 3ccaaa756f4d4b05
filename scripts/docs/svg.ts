/** The text of an SVG element. Children are SVG already, `text` makes it of plain text. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escape(value)}"`)
    .join('');
  return children.length === 0
    ? `<${name}${written}/>`
    : `<${name}${written}>${children.join('')}</${name}>`;
}

/** Plain text as SVG. */
export function escape(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

// Drawings are compared byte by byte, so no digit may depend on the order of additions.
const round = (value: number): string => String(Math.round(value * 10) / 10);

/** About how wide a monospace text is. */
export function textWidth(text: string, size: number): number {
  return Math.ceil(Array.from(text).length * size * 0.602);
}
