import { CHUNKED, chunkOf, headOf, LAST_CHUNK, type Exchange } from './exchange';
import { answerOf } from './plan';

/** Sends a whole answer at the pace of its plan. */
export async function answerPaced(exchange: Exchange): Promise<void> {
  const { plan } = exchange;
  const { firstToken = 0, perToken = 0 } = plan;
  if (firstToken === 0 && perToken === 0) {
    exchange.end();
    return;
  }
  const { frames } = answerOf(plan);
  const [opening = '', first = '', ...others] = frames;
  exchange.write(headOf(200, CHUNKED) + chunkOf(Buffer.from(opening)));
  await exchange.sleep(firstToken);
  exchange.write(chunkOf(Buffer.from(first)));
  if (perToken > 0) {
    for (const frame of others) {
      await exchange.sleep(perToken);
      exchange.write(chunkOf(Buffer.from(frame)));
    }
  } else exchange.write(chunkOf(Buffer.from(others.join(''))));
  exchange.write(LAST_CHUNK);
}
