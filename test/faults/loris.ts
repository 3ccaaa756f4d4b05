import { CHUNKED, chunkOf, headOf, type Exchange } from './exchange';
import { answerOf } from './plan';

/** Ways to send so slowly, or so little, that no error of the transport ever comes. */
export const loris: Readonly<Record<string, (exchange: Exchange) => Promise<void>>> = {
  'headers, 1 byte every 100 ms': (exchange) =>
    exchange.trickle(exchange.remainder(), () => 1, 100),
  'body, 1 byte every 50 ms': async (exchange) => {
    exchange.write(headOf(200, CHUNKED));
    const body = Buffer.from(answerOf(exchange.plan).frames.join(''));
    for (const byte of body) {
      exchange.write(chunkOf(Buffer.from([byte])));
      await exchange.sleep(50);
    }
  },
  'comments for ever': (exchange) => repeat(exchange, ': keep-alive\n\n'),
  'pings for ever': (exchange) => repeat(exchange, 'event: ping\ndata: {"type":"ping"}\n\n'),
  '1 token, then silence': async (exchange) => {
    exchange.write(headOf(200, CHUNKED) + tokens(exchange, 2));
    await exchange.stall();
  },
  '1 token, then half a frame': async (exchange) => {
    exchange.write(headOf(200, CHUNKED) + tokens(exchange, 2));
    const frame = answerOf(exchange.plan).frames[2]!;
    // The bytes keep coming, and none of them says anything.
    for (const byte of Buffer.from(frame)) {
      await exchange.sleep(50);
      exchange.write(chunkOf(Buffer.from([byte])));
    }
  },
  '1 token, then comments': async (exchange) => {
    exchange.write(headOf(200, CHUNKED) + tokens(exchange, 2));
    await repeat(exchange, ': keep-alive\n\n', '');
  },
  'tokens for ever': async (exchange) => {
    const frame = tokens(exchange, 2);
    exchange.write(headOf(200, CHUNKED));
    for (;;) {
      exchange.write(frame);
      await exchange.sleep(100);
    }
  },
};

function tokens({ plan }: Exchange, count: number): string {
  return chunkOf(Buffer.from(answerOf(plan).frames.slice(0, count).join('')));
}

async function repeat(
  exchange: Exchange,
  text: string,
  head = headOf(200, CHUNKED),
): Promise<void> {
  exchange.write(head);
  for (;;) {
    exchange.write(chunkOf(Buffer.from(text)));
    await exchange.sleep(100);
  }
}
