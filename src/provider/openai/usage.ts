import type { Usage } from '../../event/usage';
import { compact } from '../../internal/compact';
import { asCount, asObject } from '../json';
import type { ChatUsage } from './wire';

/** Reads the counts as the server gave them; `undefined` when it gave none. */
export function readChatUsage(value: unknown): Usage | undefined {
  const usage = asObject<ChatUsage>(value);
  if (usage === undefined) return undefined;
  const input = asObject<{ cached_tokens?: unknown; cache_write_tokens?: unknown }>(
    usage.prompt_tokens_details,
  );
  const output = asObject<{ reasoning_tokens?: unknown }>(usage.completion_tokens_details);
  const counts = compact({
    inputTokens: asCount(usage.prompt_tokens),
    outputTokens: asCount(usage.completion_tokens),
    totalTokens: asCount(usage.total_tokens),
    reasoningTokens: asCount(output?.reasoning_tokens) ?? asCount(usage.reasoning_tokens),
    cachedInputTokens:
      asCount(input?.cached_tokens) ??
      asCount(usage.prompt_cache_hit_tokens) ??
      asCount(usage.cached_tokens) ??
      asCount(usage.cache_read_input_tokens),
    cacheWriteTokens:
      asCount(input?.cache_write_tokens) ?? asCount(usage.cache_creation_input_tokens),
  });
  return Object.keys(counts).length === 0 ? undefined : counts;
}
