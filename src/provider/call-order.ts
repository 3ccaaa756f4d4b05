import type { Message } from '../request/chat-request';

type Result = Extract<Message, { readonly role: 'tool' }>;

/**
 * A conversation with the results of each turn in the order of its calls. Callers tell results
 * apart by their ids and may give them in the order in which their tools were done; a server
 * that knows no ids takes the first result for that of the first call.
 */
export function inCallOrder(messages: readonly Message[]): readonly Message[] {
  if (!messages.some(({ role }) => role === 'tool')) return messages;
  const ordered: Message[] = [];
  let calls: readonly string[] = [];
  let results: Result[] = [];
  const place = ({ toolCallId }: Result): number => {
    const at = calls.indexOf(toolCallId);
    return at === -1 ? calls.length : at;
  };
  const tellResults = (): void => {
    ordered.push(...results.sort((one, other) => place(one) - place(other)));
    results = [];
  };
  for (const message of messages) {
    if (message.role === 'tool') {
      results.push(message);
      continue;
    }
    tellResults();
    if (message.role === 'assistant') calls = message.toolCalls?.map(({ id }) => id) ?? [];
    ordered.push(message);
  }
  tellResults();
  return ordered;
}
