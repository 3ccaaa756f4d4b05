import { isText, type ChatEvent } from '../event/chat-event';

/** Freezes an event that many will read. */
export function freezeEvent(event: ChatEvent): void {
  // The error in a notice belongs to who made it; a piece of text holds nothing to freeze.
  if (isText(event) || 'error' in event) Object.freeze(event);
  else deepFreeze(event);
}

/** Freezes a value and all that it holds, so that it can be handed to many. */
export function deepFreeze(value: unknown): void {
  const seen = new Set<unknown>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const item = open.pop();
    if (typeof item !== 'object' || item === null || seen.has(item)) continue;
    // A view of bytes can't be frozen; an error carries a stack that others may write.
    if (ArrayBuffer.isView(item) || item instanceof Error) continue;
    seen.add(Object.freeze(item));
    for (const inner of Object.values(item)) open.push(inner);
  }
}
