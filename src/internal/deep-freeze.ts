import type { ChatEvent } from '../event/chat-event';
import { isNotice } from './commit';

/** Freezes an event that many will read. */
export function freezeEvent(event: ChatEvent): void {
  // The error in a notice belongs to who made it.
  if ('error' in event && isNotice(event)) Object.freeze(event);
  else freezeFlat(event, 0);
}

// Events hold an object in an object at the most, except for what tools are given.
const FLAT = 3;

function freezeFlat(value: object, depth: number): void {
  if (depth > FLAT || Array.isArray(value) || isUntouchable(value)) {
    deepFreeze(value);
    return;
  }
  Object.freeze(value);
  for (const name in value) {
    const inner: unknown = value[name as never];
    if (isObject(inner) && Object.hasOwn(value, name)) freezeFlat(inner, depth + 1);
  }
}

/** Freezes a value and all that it holds, so that it can be handed to many. */
export function deepFreeze(value: unknown): void {
  const open: unknown[] = [value];
  let seen: Set<unknown> | undefined;
  for (let first = true; open.length > 0; first = false) {
    const item = open.pop();
    if (!isObject(item) || seen?.has(item)) continue;
    if (isUntouchable(item)) continue;
    Object.freeze(item);
    const waiting = open.length;
    for (const inner of Object.values(item)) if (isObject(inner)) open.push(inner);
    // No circle goes through what holds nothing, and one through the first comes by again.
    if (open.length > waiting && !first) (seen ??= new Set()).add(item);
  }
}

// A view of bytes can't be frozen; an error carries a stack that others may write.
function isUntouchable(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof Error;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
