import type { ChatRequest } from '../request/chat-request';
import { asObject } from './json';

/**
 * Lays the request's `providerOptions` over a wire body: those of the protocol first, then
 * those of the provider's own name. A field set to `undefined` is left out of the JSON.
 *
 * @param bags - Fields that gather settings; of these, the settings are laid over one by one.
 */
export function withProviderOptions(
  body: Readonly<Record<string, unknown>>,
  { providerOptions }: ChatRequest,
  names: readonly string[],
  bags: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  if (providerOptions === undefined) return body;
  const laid: Record<string, unknown> = { ...body };
  for (const name of new Set(names)) {
    const options = Object.hasOwn(providerOptions, name) ? providerOptions[name] : undefined;
    for (const [field, value] of Object.entries(options ?? {})) {
      const under = bags.includes(field) ? asObject(laid[field]) : undefined;
      const over = asObject(value);
      laid[field] = under !== undefined && over !== undefined ? { ...under, ...over } : value;
    }
  }
  return laid;
}
