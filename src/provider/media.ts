import { LlmError } from '../error/llm-error';
import type { ContentPart } from '../request/chat-request';
import { invalidRequest, named } from './invalid-request';

/** A picture or a file: where it is, or its bytes in base64. */
export type Media =
  | { readonly url: string; readonly mediaType: string | undefined }
  | { readonly data: string; readonly mediaType: string };

const DATA_URL = /^data:([^,;]*)((?:;[^,;]*)*),/i;

/** Reads where an image or a file part has its content. */
export function readMedia(
  provider: string,
  part: Exclude<ContentPart, { readonly type: 'text' }>,
): Media {
  const source = sourceOf(provider, part);
  const dataURL = DATA_URL.exec(source);
  if (dataURL === null) {
    if (/^[a-z][a-z\d+.-]*:/i.test(source)) return { url: source, mediaType: part.mediaType };
    if (part.mediaType !== undefined) return { data: source, mediaType: part.mediaType };
    throw unusable(provider, `bare base64 needs a mediaType beside it, for example image/png`);
  }
  const [head, declared = '', parameters = ''] = dataURL;
  const mediaType = part.mediaType ?? declared;
  if (!/;base64$/i.test(parameters)) throw unusable(provider, 'a data: URL must be of base64');
  if (mediaType === '') throw unusable(provider, 'a data: URL must say its media type');
  return { data: source.slice(head.length), mediaType };
}

function sourceOf(provider: string, part: { readonly type: string }): string {
  const { type } = part;
  if (type !== 'image' && type !== 'file') {
    throw invalidRequest(provider, `a part's type must be text, image or file, got ${named(type)}`);
  }
  const source: unknown = part[type as never];
  if (typeof source === 'string') return source;
  throw invalidRequest(
    provider,
    `a part of type ${type} must hold a URL or base64 text in its field ${type}, got ${typeof source}`,
  );
}

/** The text that is written in base64. */
export function readText(provider: string, base64: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    throw unusable(provider, 'a file of text is not in base64');
  }
}

/** The error for a part that this provider can't be sent. Another one may take it. */
export function unusable(provider: string, what: string): LlmError {
  return new LlmError(`${provider}: ${what}`, {
    kind: 'invalid-request',
    provider,
    failover: true,
  });
}
