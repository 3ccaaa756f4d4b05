import type { Usage } from '../../event/usage';
import { compact } from '../../internal/compact';
import { asCount, asObject } from '../json';
import type { ResponseUsage } from './wire';

/** Reads the counts as the server gave them; `undefined` when it gave none. */
export function readResponseUsage(value: unknown): Usage | undefined {
  const usage = asObject<ResponseUsage>(value);
  if (usage === undefined) return undefined;
  const input = asObject<{ cached_tokens?: unknown; cache_write_tokens?: unknown }>(
    usage.input_tokens_details,
  );
  const output = asObject<{ reasoning_tokens?: unknown }>(usage.output_tokens_details);
  const counts = compact({
    inputTokens: asCount(usage.input_tokens),
    outputTokens: asCount(usage.output_tokens),
    totalTokens: asCount(usage.total_tokens),
    reasoningTokens: asCount(output?.reasoning_tokens),
    cachedInputTokens: asCount(input?.cached_tokens),
    cacheWriteTokens: asCount(input?.cache_write_tokens),
  });
  return Object.keys(counts).length === 0 ? undefined : counts;
}
