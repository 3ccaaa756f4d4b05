import { createParser } from 'eventsource-parser';
import { BareJson } from './bare-json';
import { frameTooLong } from './frame-too-long';
import type { Framing } from './framing';

// Room for what a line holds besides its data (`data: `), since the parser counts raw text.
const FIELD_LENGTH = 64;

/**
 * Server-sent events as model servers write them: the standard's format, and besides
 * it an `error:` field, bare JSON between the lines, and a last event without its
 * blank line.
 */
export const sse: Framing = (onFrame, options) => {
  const { maxFrameLength, onComment } = options;
  const decoder = new TextDecoder();
  let afterReturn = false;
  let ending = false;

  const deliver = (data: string, event: string | undefined): void => {
    if (data.length > maxFrameLength) throw frameTooLong(maxFrameLength);
    onFrame(data, event);
  };
  const json = new BareJson(onFrame, options);
  const parser = createParser({
    maxBufferSize: maxFrameLength + FIELD_LENGTH,
    onEvent: ({ data, event }) => {
      json.reset();
      // A stream cut inside `data: {…` has no event there yet.
      if (!ending || data !== '') deliver(data, event);
    },
    ...(onComment ? { onComment } : {}),
    onError: ({ type, field, value = '', line = '' }) => {
      if (type === 'max-buffer-size-exceeded') throw frameTooLong(maxFrameLength);
      if (type !== 'unknown-field') return;
      if (field === 'error') deliver(value, 'error');
      else json.line(line);
    },
  });

  // The parser holds back a line that ends in CR until it sees what follows. Here CR
  // ends its line at once, and an LF that comes with the next piece is dropped.
  const feed = (text: string): void => {
    if (text === '') return;
    const rest = afterReturn && text.startsWith('\n') ? text.slice(1) : text;
    afterReturn = rest.endsWith('\r');
    parser.feed(rest.includes('\r') ? rest.replace(/\r\n?/g, '\n') : rest);
  };

  return {
    push: (bytes) => {
      feed(decoder.decode(bytes, { stream: true }));
    },
    end: () => {
      feed(decoder.decode());
      ending = true;
      parser.feed('\n\n');
    },
  };
};
