import type { FrameReader } from '../wire/framing';
import { Utf8 } from '../wire/utf8';

/** Gathers a body up to a length and hands it over at its end, or as soon as it is too long. */
export function collect(limit: number, onText: (text: string) => void): FrameReader {
  const decoder = new Utf8();
  let text = '';
  let done = false;
  const finish = (): void => {
    if (done) return;
    done = true;
    onText(text);
  };
  return {
    push: (bytes) => {
      if (done) return;
      text += decoder.push(bytes);
      if (text.length > limit) finish();
    },
    end: () => {
      text += decoder.end();
      finish();
    },
  };
}

/** The white space of JSON, and the bytes of U+FEFF. */
const BLANK: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf]);

/** Where a body begins: behind blank space and a byte order mark, which are dropped. */
export function startOf(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at += 1) if (!BLANK.has(bytes[at]!)) return at;
  return -1;
}

/** What becomes of a body that begins as JSON. */
export interface JsonObserver {
  /** Reads a body of many values. */
  readonly lines: () => FrameReader;
  /** Takes a body of one value. */
  readonly body: (json: unknown) => void;
  readonly tooLong: () => Error;
}

/** Reads a body that begins as JSON: one value, perhaps over many lines, or one value a line. */
export function jsonOrLines(limit: number, { lines, body, tooLong }: JsonObserver): FrameReader {
  const decoder = new Utf8();
  let text = '';
  let lineEnd = -1;
  // Kept as long as the first line alone is there, which may be all.
  let pieces: Uint8Array[] | undefined = [];
  let reader: FrameReader | undefined;

  // Each piece is looked at once: a body may be one long line that comes in many.
  const take = (bytes: Uint8Array): void => {
    const more = decoder.push(bytes);
    const behind = lineEnd === -1 ? more.indexOf('\n') : 0;
    if (lineEnd === -1 && behind !== -1) lineEnd = text.length + behind;
    text += more;
    pieces?.push(bytes);
    if (pieces === undefined || lineEnd === -1 || !/\S/.test(more.slice(behind))) return;
    if (parseJson(text.slice(0, lineEnd)) !== undefined) reader = lines();
    for (const piece of pieces) reader?.push(piece);
    pieces = undefined;
  };

  return {
    push: (bytes) => {
      if (reader === undefined) take(bytes);
      else reader.push(bytes);
      if (reader === undefined && text.length > limit) throw tooLong();
    },
    end: () => {
      if (reader === undefined) {
        text += decoder.end();
        const json = parseJson(text);
        if (json !== undefined) {
          body(json);
          return;
        }
        reader = lines();
        reader.push(new TextEncoder().encode(text));
      }
      reader.end();
    },
  };
}

/** The value that a text holds, if it is JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body of a failed response: JSON, also where it comes as an event of a stream, or else text. */
export function readErrorText(text: string): unknown {
  return parseJson(text) ?? parseJson(/^data:(.*)/m.exec(text)?.[1] ?? '') ?? text;
}
