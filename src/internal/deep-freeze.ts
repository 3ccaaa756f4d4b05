import { isText, type ChatEvent } from '../event/chat-event';

/** Freezes an event that many will read. */
export function freezeEvent(event: ChatEvent): void {
  // The error in a notice belongs to who made it; a piece of text holds nothing to freeze.
  if (isText(event) || 'error' in event) Object.freeze(event);
  else deepFreeze(event);
}

/** Freezes a value and all that it holds, so that it can be handed to many. */
export function deepFreeze(value: unknown): void {
  const open: unknown[] = [value];
  let seen: Set<unknown> | undefined;
  for (let first = true; open.length > 0; first = false) {
    const item = open.pop();
    if (!isObject(item) || seen?.has(item)) continue;
    // A view of bytes can't be frozen; an error carries a stack that others may write.
    if (ArrayBuffer.isView(item) || item instanceof Error) continue;
    Object.freeze(item);
    const waiting = open.length;
    for (const inner of Object.values(item)) if (isObject(inner)) open.push(inner);
    // No circle goes through what holds nothing, and one through the first comes by again.
    if (open.length > waiting && !first) (seen ??= new Set()).add(item);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
