import type { StartEvent } from '../event/chat-event';
import type { Writable } from '../internal/writable';
import { asText } from './json';

/** The event with which an answer begins, and what its server says of itself, if it is text. */
export function startEvent(provider: string, model: unknown, id?: unknown): StartEvent {
  const event: Writable<StartEvent> = { type: 'start', provider };
  const modelText = asText(model);
  if (modelText !== undefined) event.model = modelText;
  const idText = asText(id);
  if (idText !== undefined) event.id = idText;
  return event;
}
