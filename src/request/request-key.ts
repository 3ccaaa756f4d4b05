import type { ChatRequest } from './schema';

// The order of the keys of these values is part of what the model reads.
const ordered: ReadonlySet<string> = new Set(['schema', 'parameters', 'input']);

/**
 * The canonical text of everything in a request that changes its answer, and of the
 * tenant. Two requests have the same key exactly if they ask the same for the same
 * tenant, however their objects were put together.
 *
 * @example
 * ```ts
 * // A cache that doesn't mind how a question is written.
 * const key = (request: ChatRequest) => requestKey(request).toLowerCase();
 * const ask = compose(openai({ model: 'gpt-5-mini' }), cache({ key }));
 * ```
 */
export function requestKey({ context, ...question }: ChatRequest): string {
  return canonical([question, context?.tenant]);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  // Dates, URLs and their like, of which the wire sees only this.
  if ('toJSON' in value) return JSON.stringify(value) ?? 'null';
  const fields = value as Readonly<Record<string, unknown>>;
  const parts: string[] = [];
  for (const key of Object.keys(fields).sort()) {
    const field = fields[key];
    if (field === undefined) continue;
    const text = ordered.has(key) ? JSON.stringify(field) : canonical(field);
    parts.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${parts.join()}}`;
}
