import type { ContentPart, Message } from '../../request/chat-request';
import { distinctCalls } from '../distinct-calls';
import { asObject } from '../json';
import { unknownRole } from '../invalid-request';
import { readMedia, readText } from '../media';

type Turn = Exclude<Message, { readonly role: 'system' }>;

interface EncodedTurn {
  readonly role: 'user' | 'assistant';
  readonly content: unknown;
}

/** The rules of all system messages, which Anthropic takes apart from the conversation. */
export function encodeSystem(messages: readonly Message[]): string | undefined {
  const rules = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  return rules.length === 0 ? undefined : rules.join('\n\n');
}

/** Writes a conversation as Anthropic's turns. */
export function encodeMessages(provider: string, messages: readonly Message[]): EncodedTurn[] {
  const turns: EncodedTurn[] = [];
  let results: unknown[] | undefined;
  for (const message of distinctCalls(messages)) {
    if (message.role === 'tool') {
      // The results of one turn's calls belong into one message.
      if (results === undefined) turns.push({ role: 'user', content: (results = []) });
      results.push(encodeResult(message));
    } else if (message.role !== 'system') {
      results = undefined;
      const content = encodeTurn(provider, message);
      // An assistant that said nothing is refused, and says nothing.
      if (message.role === 'user' || content.length > 0)
        turns.push({ role: message.role, content });
    }
  }
  return turns;
}

function encodeTurn(
  provider: string,
  message: Exclude<Turn, { readonly role: 'tool' }>,
): string | readonly unknown[] {
  if (message.role === 'user') {
    const { content } = message;
    return typeof content === 'string'
      ? content
      : content.map((part) => encodePart(provider, part));
  }
  if (message.role !== 'assistant') throw unknownRole(provider, message);
  const { toolCalls = [] } = message;
  // A blank text is refused, and some models write one before their calls.
  const content = message.content.trim() === '' ? '' : message.content;
  if (toolCalls.length === 0) return content;
  return [
    ...(content === '' ? [] : [{ type: 'text', text: content }]),
    ...toolCalls.map(({ id, name, input }) => ({
      type: 'tool_use',
      id: encodeId(id),
      name,
      // Only an object will do; a call of another provider may hold text.
      input: asObject(input) ?? (input === undefined ? {} : { input }),
    })),
  ];
}

function encodePart(provider: string, part: ContentPart): unknown {
  if (part.type === 'text') return { type: 'text', text: part.text };
  const media = readMedia(provider, part);
  const source =
    'url' in media
      ? { type: 'url', url: media.url }
      : { type: 'base64', media_type: media.mediaType, data: media.data };
  if (part.type === 'image' || part.mediaType.startsWith('image/'))
    return { type: 'image', source };
  const title = part.name;
  if (part.mediaType === 'text/plain' && 'data' in media) {
    const text = { type: 'text', media_type: 'text/plain', data: readText(provider, media.data) };
    return { type: 'document', source: text, title };
  }
  return { type: 'document', source, title };
}

function encodeResult({
  toolCallId,
  content,
  isError,
}: Extract<Message, { readonly role: 'tool' }>): unknown {
  const failed = isError === true ? { is_error: true } : {};
  return { type: 'tool_result', tool_use_id: encodeId(toolCallId), content, ...failed };
}

// Anthropic refuses other characters, which the ids of other providers may hold.
function encodeId(id: string): string {
  return id.replace(/[^\w-]/g, '_');
}
