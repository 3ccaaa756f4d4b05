import type { Message } from '../request/chat-request';

/**
 * A conversation in which no two calls have the same id, as some servers demand. Others count their
 * calls anew in each turn, or give no ids, so that those are counted here.
 */
export function distinctCalls(messages: readonly Message[]): readonly Message[] {
  if (!messages.some(({ role }) => role === 'tool')) return messages;
  const taken = new Set<string>();
  // The ids that the calls of a turn have now, in their order, by the one that they had.
  let turn = new Map<string, string[]>();
  let same = true;
  const distinct = messages.map((message): Message => {
    if (message.role === 'assistant' && message.toolCalls !== undefined) {
      turn = new Map();
      const toolCalls = message.toolCalls.map((call) => {
        const id = untaken(call.id, taken);
        taken.add(id);
        turn.set(call.id, [...(turn.get(call.id) ?? []), id]);
        same &&= id === call.id;
        return { ...call, id };
      });
      return { ...message, toolCalls };
    }
    if (message.role !== 'tool') return message;
    const ids = turn.get(message.toolCallId) ?? [];
    const id = ids.length > 1 ? ids.shift() : ids[0];
    return id === undefined ? message : { ...message, toolCallId: id };
  });
  return same ? messages : distinct;
}

function untaken(id: string, taken: ReadonlySet<string>): string {
  let free = id;
  for (let count = 2; taken.has(free); count += 1) free = `${id}_${String(count)}`;
  return free;
}
