import type { Socket } from 'node:net';
import { constants, gzipSync } from 'node:zlib';

/** What a server has sent of a body when it ends. */
export interface Part {
  readonly bytes: Buffer;
  /** The length of the whole body. */
  readonly whole: number;
  readonly status: number;
  readonly contentType: string;
}

/** Answers a request with a part of a body, and ends. */
export type Ending = (socket: Socket, part: Part) => void;

const CHUNKED = 'transfer-encoding: chunked';
const UNTIL_CLOSED = 'connection: close';
const GZIP = 'content-encoding: gzip';

/** All the ways in which a body can end over HTTP/1.1, early or not. */
export const endings: Readonly<Record<string, Ending>> = {
  'chunked, with its last chunk': (socket, part) => {
    socket.write(headOf(part, CHUNKED) + chunkOf(part.bytes) + LAST_CHUNK, 'latin1');
  },
  'chunked, FIN': (socket, part) => {
    socket.end(headOf(part, CHUNKED) + chunkOf(part.bytes), 'latin1');
  },
  'chunked, RST': (socket, part) => {
    reset(socket, headOf(part, CHUNKED) + chunkOf(part.bytes));
  },
  'until closed, FIN': (socket, part) => {
    socket.end(headOf(part, UNTIL_CLOSED) + textOf(part.bytes), 'latin1');
  },
  'until closed, RST': (socket, part) => {
    reset(socket, headOf(part, UNTIL_CLOSED) + textOf(part.bytes));
  },
  'of the length that was sent': (socket, part) => {
    socket.write(headOf(part, lengthOf(part.bytes.length)) + textOf(part.bytes), 'latin1');
  },
  'of a greater length, FIN': (socket, part) => {
    socket.end(headOf(part, lengthOf(part.whole + 1)) + textOf(part.bytes), 'latin1');
  },
  'of a greater length, RST': (socket, part) => {
    reset(socket, headOf(part, lengthOf(part.whole + 1)) + textOf(part.bytes));
  },
  'cut gzip, chunked, with its last chunk': (socket, part) => {
    socket.write(headOf(part, CHUNKED, GZIP) + chunkOf(cutGzip(part)) + LAST_CHUNK, 'latin1');
  },
  'cut gzip, until closed, FIN': (socket, part) => {
    socket.end(headOf(part, UNTIL_CLOSED, GZIP) + textOf(cutGzip(part)), 'latin1');
  },
  'whole gzip of a part, chunked, with its last chunk': (socket, part) => {
    socket.write(
      headOf(part, CHUNKED, GZIP) + chunkOf(gzipSync(part.bytes, { level: 1 })) + LAST_CHUNK,
      'latin1',
    );
  },
};

const LAST_CHUNK = '0\r\n\r\n';

const textOf = (bytes: Buffer): string => bytes.toString('latin1');
const lengthOf = (length: number): string => `content-length: ${String(length)}`;

function headOf({ status, contentType }: Part, ...headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${String(status)} X`, `content-type: ${contentType}`, ...headers];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function chunkOf(bytes: Buffer): string {
  // A chunk of nothing would be the last one.
  return bytes.length === 0 ? '' : `${bytes.length.toString(16)}\r\n${textOf(bytes)}\r\n`;
}

// All of the part can be unpacked, and the end of the compressed stream is missing.
function cutGzip({ bytes }: Part): Buffer {
  return gzipSync(bytes, { level: 1, finishFlush: constants.Z_SYNC_FLUSH });
}

/** Resets the connection as soon as what was sent is read: a reset drops what is not. */
function reset(socket: Socket, text: string): void {
  socket.write(text, 'latin1', () => {
    // The reader lives in this process, so it has its turn in between.
    setImmediate(() => setImmediate(() => setImmediate(() => socket.resetAndDestroy())));
  });
}
