import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { endings } from '../http/endings';
import { CHUNKED, chunkOf, headOf, LAST_CHUNK, type Exchange } from './exchange';

/** What the server does to one exchange. */
type Act = (exchange: Exchange) => void | Promise<void>;

/** Ends a body as the truncation tests do. */
function ending(name: string): Act {
  return ({ socket, before, rest }) => {
    const whole = before.length + rest.length;
    endings[name]!(socket, {
      bytes: before,
      whole,
      status: 200,
      contentType: 'text/event-stream',
    });
  };
}

const fin: Act = (exchange) => {
  exchange.begin();
  exchange.socket.end();
};

/** The faults by name, where a request has come in. */
export const acts: Readonly<Record<string, Act>> = {
  // The toxics of toxiproxy.
  latency: async (exchange) => {
    exchange.begin();
    await exchange.sleep(10 + 30 * exchange.random());
    exchange.end();
  },
  down: (exchange) => {
    exchange.begin();
    exchange.socket.destroySoon();
  },
  bandwidth: async (exchange) => {
    exchange.begin();
    await exchange.trickle(exchange.remainder(), () => 512, 4);
  },
  'slow-close': async ({ socket, signal, before, rest }) => {
    const body = Buffer.concat([before, rest]);
    socket.write(headOf(200, CHUNKED, 'connection: close') + chunkOf(body) + LAST_CHUNK, 'latin1');
    await sleep(30, undefined, { signal });
    socket.end();
  },
  timeout: async (exchange) => {
    exchange.begin();
    await exchange.sleep(20 + 30 * exchange.random());
    exchange.socket.destroySoon();
  },
  'reset-peer': (exchange) => {
    exchange.begin();
    exchange.socket.resetAndDestroy();
  },
  slicer: async (exchange) => {
    exchange.begin();
    const length = (): number => 1 + Math.floor(200 * exchange.random());
    await exchange.trickle(exchange.remainder(), length, 1);
  },
  'limit-data': ({ socket, before, headless, random }) => {
    // All in one chunk, so that its end is missing.
    const head = headOf(200, CHUNKED);
    const sent = headless
      ? head.slice(0, Math.floor(random() * head.length))
      : head + `ffff\r\n${before.toString('latin1')}`;
    socket.end(sent, 'latin1');
  },

  // What connections do.
  fin,
  rst: async (exchange) => {
    exchange.begin();
    await exchange.reset();
  },
  garbage: (exchange) => {
    exchange.begin();
    exchange.write(exchange.headless ? 'HTP/one 2OO\r\n\r\n' : 'zz\r\nnot a chunk\r\n');
  },
  stall: async (exchange) => {
    exchange.begin();
    await exchange.stall();
  },
  drip: async (exchange) => {
    exchange.begin();
    await exchange.trickle(exchange.remainder(), () => 1, 50);
  },
  'clean-end': ending('chunked, with its last chunk'),
  'close-fin': ending('until closed, FIN'),
  'close-rst': async (exchange) => {
    exchange.write(headOf(200, 'connection: close') + exchange.before.toString('latin1'));
    await exchange.reset();
  },
  'length-longer': ending('of a greater length, FIN'),
  'length-shorter': ({ socket, before, rest }) => {
    const length = `content-length: ${String(before.length)}`;
    socket.write(headOf(200, length) + Buffer.concat([before, rest]).toString('latin1'), 'latin1');
  },
  'gzip-cut': ending('cut gzip, chunked, with its last chunk'),
  'gzip-lie': ({ socket, before, rest }) => {
    const body = chunkOf(Buffer.concat([before, rest])) + LAST_CHUNK;
    socket.write(headOf(200, CHUNKED, 'content-encoding: gzip') + body, 'latin1');
  },
  'big-header': (exchange) => {
    exchange.write(headOf(200, CHUNKED, `x-big: ${'x'.repeat(100_000)}`));
  },
  'early-hints': async (exchange) => {
    exchange.write('HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n');
    await exchange.sleep(5);
    exchange.end();
  },
  redirect: (exchange) => {
    exchange.write(headOf(307, 'location: http://127.0.0.1:1/elsewhere', 'content-length: 0'));
  },
};

/** The faults that strike a connection before a request has come over it. */
export const connectActs: Readonly<
  Record<string, (socket: Socket, serve: () => void) => void | Promise<void>>
> = {
  latency: async (_, serve) => {
    await sleep(20);
    serve();
  },
  down: (socket) => void socket.destroy(),
  timeout: async (socket) => {
    await sleep(30);
    socket.destroy();
  },
  'reset-peer': (socket) => void socket.resetAndDestroy(),
  'limit-data': (socket) => void socket.resume().end(),
  fin: (socket) => void socket.resume().end(),
  rst: async (socket) => {
    await sleep(10);
    socket.resetAndDestroy();
  },
  stall: (socket) => void socket.resume(),
};
