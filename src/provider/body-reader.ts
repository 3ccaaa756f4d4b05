import type { FrameReader } from '../wire/framing';

/** Gathers a body up to a length and hands it over at its end, or as soon as it is too long. */
export function collect(limit: number, onText: (text: string) => void): FrameReader {
  const decoder = new TextDecoder();
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
      text += decoder.decode(bytes, { stream: true });
      if (text.length > limit) finish();
    },
    end: () => {
      text += decoder.decode();
      finish();
    },
  };
}

/**
 * Lets the first character of a body choose its reader, since servers call streams by wrong
 * names. Blank space and a byte order mark before it are dropped.
 *
 * @param choose - Gets the character, or nothing for a body that has none.
 */
export function peek(choose: (first: string) => FrameReader): FrameReader {
  let reader: FrameReader | undefined;
  return {
    push: (bytes) => {
      const start = reader === undefined ? bytes.findIndex((byte) => !BLANK.has(byte)) : 0;
      if (start === -1) return;
      reader ??= choose(String.fromCharCode(bytes[start] ?? 0));
      reader.push(start === 0 ? bytes : bytes.subarray(start));
    },
    end: () => {
      (reader ?? choose('')).end();
    },
  };
}

/** The white space of JSON, and the bytes of U+FEFF. */
const BLANK: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf]);

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
  const decoder = new TextDecoder();
  // As long as the first line alone is there, it may be all.
  let first: Uint8Array[] | undefined = [];
  let text = '';
  let reader: FrameReader | undefined;

  return {
    push: (bytes) => {
      if (reader !== undefined) {
        reader.push(bytes);
        return;
      }
      text += decoder.decode(bytes, { stream: true });
      first?.push(bytes);
      const line = first && firstLine(text);
      if (line !== undefined) {
        if (parseJson(line) !== undefined) reader = lines();
        for (const piece of first ?? []) reader?.push(piece);
        first = undefined;
      }
      if (reader === undefined && text.length > limit) throw tooLong();
    },
    end: () => {
      if (reader === undefined) {
        text += decoder.decode();
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

/** The first line of a text, once there is something behind it. */
function firstLine(text: string): string | undefined {
  const end = text.indexOf('\n');
  return end !== -1 && /\S/.test(text.slice(end)) ? text.slice(0, end) : undefined;
}

/** The value that a text holds, if it is JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
