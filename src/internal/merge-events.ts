import type { ChatEvent } from '../event/chat-event';

/** Joins two values that follow each other into one that says the same, where that can be. */
export function mergeEvents<T extends ChatEvent | string>(first: T, second: T): T | undefined {
  return merge(first, second) as T | undefined;
}

function merge(
  first: ChatEvent | string,
  second: ChatEvent | string,
): ChatEvent | string | undefined {
  if (typeof first === 'string' || typeof second === 'string') {
    return typeof first === typeof second ? String(first) + String(second) : undefined;
  }
  if (first.type === 'tool-call-delta' && second.type === 'tool-call-delta') {
    if (first.index !== second.index) return undefined;
    return { ...first, input: first.input + second.input };
  }
  if (first.type === 'usage' && second.type === 'usage') return second;
  if (first.type === 'text-delta' && second.type === 'text-delta') {
    return { type: 'text-delta', text: first.text + second.text };
  }
  if (first.type === 'reasoning-delta' && second.type === 'reasoning-delta') {
    return { type: 'reasoning-delta', text: first.text + second.text };
  }
  return undefined;
}
