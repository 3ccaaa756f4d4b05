import type {
  AssistantMessage,
  ChatRequest,
  ContentPart,
  Message,
  ToolMessage,
} from './chat-request';

/**
 * A message of the user: text, or parts with images and files.
 *
 * @example
 * ```ts
 * ask({ messages: [user([{ type: 'text', text: 'What is this?' }, { type: 'image', image: photo }])] });
 * ```
 */
export function user(content: string | readonly ContentPart[]): Message {
  return { role: 'user', content };
}

/**
 * A message that sets the rules for the model.
 *
 * @example
 * ```ts
 * ask({ messages: [system('Answer in one word.'), user('Is water wet?')] });
 * ```
 */
export function system(content: string): Message {
  return { role: 'system', content };
}

/**
 * An earlier message of the model.
 *
 * @example
 * ```ts
 * ask({ messages: [user('Is water wet?'), assistant('Yes.'), user('Why?')] });
 * ```
 */
export function assistant(content: string, toolCalls?: AssistantMessage['toolCalls']): Message {
  return toolCalls === undefined
    ? { role: 'assistant', content }
    : { role: 'assistant', content, toolCalls };
}

/**
 * What a tool that the model called has answered; `isError` tells that it has failed.
 *
 * @example
 * ```ts
 * const call = { id: 'call_1', name: 'weather', input: { city: 'Bern' } };
 * const tools = [{ name: 'weather', parameters: { type: 'object' } }];
 * const messages = [user('How is Bern?'), assistant('', [call]), toolResult(call, 'sunny, 21 °C')];
 * ask({ messages, tools });
 * ```
 */
export function toolResult(
  call: { readonly id: string; readonly name: string },
  content: string,
  rest: Pick<ToolMessage, 'isError'> = {},
): Message {
  return { ...rest, role: 'tool', toolCallId: call.id, name: call.name, content };
}

/**
 * A request that asks one question.
 *
 * @example
 * ```ts
 * ask(prompt('What is an Observable?', { temperature: 0 }));
 * ```
 */
export function prompt(text: string, rest: Omit<ChatRequest, 'messages'> = {}): ChatRequest {
  return { ...rest, messages: [user(text)] };
}
