import type { ContentPart, Message } from '../../request/chat-request';
import { encodeCallId } from './call-id';
import type { ChatVendor } from './connection';
import { unknownRole } from '../invalid-request';
import { readMedia, unusable, type Media } from '../media';

/** Who is asked, as far as the messages depend on it. */
export interface ChatTarget {
  readonly provider: string;
  readonly vendor: ChatVendor | undefined;
}

/** Writes the messages of a conversation in the words of chat completions. */
export function encodeMessages(
  target: ChatTarget,
  messages: readonly Message[],
): readonly unknown[] {
  return messages.map((message) => encodeMessage(target, message));
}

function encodeMessage({ provider, vendor }: ChatTarget, message: Message): unknown {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content };
    case 'user':
      return { role: 'user', content: encodeContent(provider, message.content) };
    case 'assistant':
      return encodeAssistant(message, vendor);
    case 'tool': {
      const id = encodeCallId(message.toolCallId, vendor);
      return { role: 'tool', tool_call_id: id, content: message.content };
    }
    default:
      throw unknownRole(provider, message);
  }
}

function encodeContent(provider: string, content: string | readonly ContentPart[]): unknown {
  if (typeof content === 'string') return content;
  return content.map((part) => {
    if (part.type === 'text') return { type: 'text', text: part.text };
    const media = readMedia(provider, part);
    if (part.type === 'image') return { type: 'image_url', image_url: { url: urlOf(media) } };
    if (!('data' in media)) {
      throw unusable(
        provider,
        'chat completions take a file as base64, not as a URL; openaiResponses takes both',
      );
    }
    return { type: 'file', file: { filename: part.name ?? 'file', file_data: urlOf(media) } };
  });
}

function encodeAssistant(
  { content, toolCalls = [] }: Extract<Message, { role: 'assistant' }>,
  vendor: ChatVendor | undefined,
): unknown {
  if (toolCalls.length === 0) return { role: 'assistant', content };
  return {
    role: 'assistant',
    // Some servers refuse an empty text beside calls.
    content: content === '' ? null : content,
    tool_calls: toolCalls.map(({ id, name, input }) => ({
      id: encodeCallId(id, vendor),
      type: 'function',
      function: { name, arguments: encodeInput(input) },
    })),
  };
}

/** The arguments of an earlier call as text: a text is what the model wrote, so it stays. */
export function encodeInput(input: unknown): string {
  return typeof input === 'string' ? input : JSON.stringify(input ?? {});
}

/** A URL that the server can read the content from. */
export function urlOf(media: Media): string {
  return 'url' in media ? media.url : `data:${media.mediaType};base64,${media.data}`;
}
