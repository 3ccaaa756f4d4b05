import type { Socket } from 'node:net';

const BLANK_LINE = '\r\n\r\n';

/**
 * Calls back with the path of each request that comes over a socket, once its body is there too.
 * It knows no more of HTTP than the contenders need, so that the server costs next to nothing.
 */
export function readRequests(socket: Socket, onRequest: (path: string) => void): void {
  let pending: Buffer | undefined;
  socket.on('data', (data: Buffer) => {
    let bytes = pending ? Buffer.concat([pending, data]) : data;
    pending = undefined;
    while (bytes.length > 0) {
      const headEnd = bytes.indexOf(BLANK_LINE);
      const head = headEnd < 0 ? '' : bytes.toString('latin1', 0, headEnd);
      const end = headEnd < 0 ? -1 : bodyEnd(bytes, head, headEnd + BLANK_LINE.length);
      if (end < 0 || end > bytes.length) {
        pending = bytes;
        return;
      }
      bytes = bytes.subarray(end);
      onRequest(head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/')));
    }
  });
}

/** Where the body ends that begins at the given place, or -1 when that can't be known yet. */
function bodyEnd(bytes: Buffer, head: string, start: number): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return start + Number(length);
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return start;
  const last = bytes.indexOf(`0${BLANK_LINE}`, start);
  return last < 0 ? -1 : last + 1 + BLANK_LINE.length;
}
