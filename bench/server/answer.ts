import type { Socket } from 'node:net';
import { framesOf } from './frames.ts';
import { readPath } from './scenario.ts';
import { textOf, tokenAt } from './text.ts';

/** Writes one answer; the socket stays open for the next request. */
export type Answer = (socket: Socket) => void;

const head = Buffer.from(
  [
    'HTTP/1.1 200 OK',
    'date: Sat, 14 Feb 2026 12:00:00 GMT',
    'content-type: text/event-stream; charset=utf-8',
    'transfer-encoding: chunked',
    'connection: keep-alive',
    'cache-control: no-cache',
    'openai-organization: org-bench',
    'openai-processing-ms: 211',
    'openai-version: 2020-10-01',
    'x-ratelimit-limit-requests: 100000000',
    'x-ratelimit-limit-tokens: 100000000000',
    'x-ratelimit-remaining-requests: 99999999',
    'x-ratelimit-remaining-tokens: 99999999000',
    'x-ratelimit-reset-requests: 2ms',
    'x-ratelimit-reset-tokens: 0s',
    'x-request-id: req_5e2b1c0d9a8f47b6a3e4d2c1b0a99887',
    '\r\n',
  ].join('\r\n'),
);

const end = Buffer.from('0\r\n\r\n');

/** A piece of the body, as chunked transfer has it. */
function piece(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
}

/** About the largest piece of a TLS record, and so of what a proxy passes on at once. */
const PIECE = 16_384;

function pieces(frames: readonly string[]): Buffer[] {
  const found: Buffer[] = [];
  let gathered = '';
  for (const frame of frames) {
    gathered += frame;
    if (gathered.length < PIECE) continue;
    found.push(piece(gathered));
    gathered = '';
  }
  if (gathered !== '') found.push(piece(gathered));
  return found;
}

/** Makes ready everything that can be known before the request comes. */
export function prepareAnswer(path: string): Answer {
  const { wire, scenario } = readPath(path);
  const { opening, delta, closing } = framesOf(
    wire,
    scenario.kind === 'whole' ? scenario.form : 'plain',
  );
  const deltas = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => delta(tokenAt(index), index));

  if (scenario.kind === 'whole') {
    const { tokens } = scenario;
    const frames = [...opening, ...deltas(tokens), ...closing(textOf(tokens), tokens)];
    const answer = Buffer.concat([head, ...pieces(frames), end]);
    return (socket) => socket.write(answer);
  }

  if (scenario.kind === 'first') {
    const rest = Buffer.concat([...pieces([...deltas(8), ...closing(textOf(8), 9)]), end]);
    return (socket) => {
      const asked = performance.now();
      socket.write(head);
      setTimeout(() => {
        const held = Math.round((performance.now() - asked) * 1000);
        socket.write(piece([...opening, delta(`${held};`, 0)].join('')));
        setTimeout(() => socket.write(rest), 3);
      }, scenario.wait);
    };
  }

  if (scenario.kind === 'hold') {
    const start = Buffer.concat([head, piece([...opening, delta(tokenAt(0), 0)].join(''))]);
    return (socket) => socket.write(start);
  }

  const { tokens, span } = scenario;
  const start = Buffer.concat([head, piece(opening.join(''))]);
  const each = deltas(tokens).map(piece);
  const last = Buffer.concat([...pieces(closing(textOf(tokens), tokens)), end]);
  return (socket) => {
    socket.write(start);
    let sent = 0;
    const timer = setInterval(() => {
      socket.write(sent < tokens ? each[sent]! : last);
      sent += 1;
      if (sent > tokens) clearInterval(timer);
    }, span);
    socket.once('close', () => clearInterval(timer));
  };
}
