import { frameTooLong } from './frame-too-long';
import type { Framing } from './framing';

/** One JSON value a line; blank lines are skipped. */
export const ndjson: Framing = (onFrame, { maxFrameLength }) => {
  const decoder = new TextDecoder();
  let pending = '';

  const deliver = (ended: string): void => {
    const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    if (line.length > maxFrameLength) throw frameTooLong(maxFrameLength);
    if (/\S/.test(line)) onFrame(line, undefined);
  };

  const feed = (text: string): void => {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const line = pending + text.slice(start, end);
      pending = '';
      start = end + 1;
      deliver(line);
    }
    pending += text.slice(start);
    // One more for the CR that may end the line.
    if (pending.length > maxFrameLength + 1) throw frameTooLong(maxFrameLength);
  };

  return {
    push: (bytes) => {
      feed(decoder.decode(bytes, { stream: true }));
    },
    end: () => {
      feed(decoder.decode());
      deliver(pending);
      pending = '';
    },
  };
};
