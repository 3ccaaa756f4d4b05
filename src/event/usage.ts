/** Token counts as the server said them: a count it did not give is absent, never computed. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Not always the sum: some servers leave reasoning out of `outputTokens`. */
  readonly totalTokens?: number;
  readonly reasoningTokens?: number;
  readonly cachedInputTokens?: number;
  readonly cacheWriteTokens?: number;
}

/** Adds two usages field by field; a field that neither has stays absent. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum: Record<string, number> = { ...a };
  for (const [field, count] of Object.entries(b) as [string, number | undefined][]) {
    if (count !== undefined) sum[field] = (sum[field] ?? 0) + count;
  }
  return sum;
}

/** The tokens of input and output together; nothing where none were counted. */
export function allTokens({ inputTokens, outputTokens, totalTokens }: Usage): number | undefined {
  if (inputTokens === undefined && outputTokens === undefined) return totalTokens;
  // A total may hold reasoning that the output leaves out.
  return Math.max((inputTokens ?? 0) + (outputTokens ?? 0), totalTokens ?? 0);
}
