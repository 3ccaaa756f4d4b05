import { frameTooLong } from './frame-too-long';
import type { FrameSink, FramingOptions } from './framing';

/**
 * Finds JSON that a server put bare between the lines of a stream: an error object in
 * the middle, perhaps printed over many lines, or a whole body sent in place of a stream.
 *
 * It is fed the lines that mean nothing to the framing. Lines from one that opens an
 * object or array to the one that closes it are parsed once; what isn't JSON is dropped.
 */
export class BareJson {
  #lines: string[] = [];
  #length = 0;
  #depth = 0;

  constructor(
    private readonly sink: FrameSink,
    private readonly options: FramingOptions,
  ) {}

  line(line: string, ended: boolean): void {
    if (this.#lines.length === 0 && !/^\s*[[{]/.test(line)) return;
    this.#lines.push(line);
    this.#length += line.length + 1;
    if (this.#length > this.options.maxFrameLength + 1) {
      throw frameTooLong(this.options.maxFrameLength);
    }
    this.#depth += nesting(line);
    if (this.#depth > 0) return;
    const text = this.#lines.join('\n');
    this.reset();
    const event = eventOf(text);
    if (event !== 'not-json') this.sink.frame(text, event, ended);
  }

  /** Drops the lines of JSON that was never closed. */
  reset(): void {
    if (this.#lines.length === 0) return;
    this.#lines = [];
    this.#length = 0;
    this.#depth = 0;
  }
}

/** How many more objects and arrays a line opens than it closes. A JSON string never spans lines. */
function nesting(line: string): number {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
  }
  return depth;
}

function eventOf(text: string): 'error' | 'not-json' | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'not-json';
  }
  return (Array.isArray(json) ? json : [json]).some(reportsError) ? 'error' : undefined;
}

// A finished answer of some servers says `"error": null`, or `false`, or an empty text.
function reportsError(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'error' in item && Boolean(item.error);
}
