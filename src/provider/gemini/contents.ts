import type { ContentPart, Message } from '../../request/chat-request';
import { inCallOrder } from '../call-order';
import { asObject } from '../json';
import { unknownRole } from '../invalid-request';
import { readMedia } from '../media';

interface Content {
  readonly role: 'user' | 'model';
  readonly parts: unknown[];
}

/** The rules of all system messages, which Gemini takes apart from the conversation. */
export function encodeSystem(messages: readonly Message[]): unknown {
  const rules = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  return rules.length === 0 ? undefined : { parts: [{ text: rules.join('\n\n') }] };
}

/**
 * Writes a conversation as Gemini's contents.
 *
 * @param unsigned - What stands for the signature of a call, which the newest models want to
 * see again and a conversation doesn't hold.
 */
export function encodeContents(
  provider: string,
  messages: readonly Message[],
  unsigned: string | undefined,
): readonly Content[] {
  const contents: Content[] = [];
  let results: unknown[] | undefined;
  for (const message of inCallOrder(messages)) {
    if (message.role === 'tool') {
      // A turn must hold as many results as the turn before it holds calls.
      if (results === undefined) contents.push({ role: 'user', parts: (results = []) });
      results.push(encodeResult(message));
    } else if (message.role !== 'system') {
      results = undefined;
      const content = encodeTurn(provider, message, unsigned);
      // A content without parts is refused, and says nothing.
      if (content.parts.length > 0) contents.push(content);
    }
  }
  return contents;
}

function encodeTurn(
  provider: string,
  message: Extract<Message, { readonly role: 'user' | 'assistant' }>,
  unsigned: string | undefined,
): Content {
  switch (message.role) {
    case 'user':
      return { role: 'user', parts: encodeParts(provider, message.content) };
    case 'assistant':
      return { role: 'model', parts: encodeAnswer(message, unsigned) };
    default:
      throw unknownRole(provider, message);
  }
}

function encodeParts(provider: string, content: string | readonly ContentPart[]): unknown[] {
  if (typeof content === 'string') return [{ text: content }];
  return content.map((part) => {
    if (part.type === 'text') return { text: part.text };
    const media = readMedia(provider, part);
    return 'url' in media
      ? { fileData: { fileUri: media.url, mimeType: media.mediaType } }
      : { inlineData: { mimeType: media.mediaType, data: media.data } };
  });
}

function encodeAnswer(
  { content, toolCalls = [] }: Extract<Message, { readonly role: 'assistant' }>,
  unsigned: string | undefined,
): unknown[] {
  const calls = toolCalls.map(({ id, name, input }, index) => ({
    functionCall: {
      ...encodeId(id),
      name,
      // Only an object will do; a call of another provider may hold text.
      args: asObject(input) ?? (input === undefined ? {} : { input }),
    },
    // Of calls that came together, only the first one has a signature.
    ...(unsigned === undefined || index > 0 ? {} : { thoughtSignature: unsigned }),
  }));
  return [...(content === '' ? [] : [{ text: content }]), ...calls];
}

function encodeResult({
  toolCallId,
  name,
  content,
  isError,
}: Extract<Message, { readonly role: 'tool' }>): unknown {
  const response =
    isError === true ? { error: content } : (readObject(content) ?? { output: content });
  return { functionResponse: { ...encodeId(toolCallId), name, response } };
}

// An id that was made up here for a server that gave none is of no use to it. Those that Gemini
// gives are longer, and are wanted back.
function encodeId(id: string): { readonly id?: string } {
  return /^call_\d{1,3}$/.test(id) ? {} : { id };
}

function readObject(text: string): object | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
