import { connect, type Wire } from '../contenders/catalog.ts';
import { reportWhenAsked } from '../harness/child.ts';
import { quantile } from '../harness/statistics.ts';

const [contender = '', wire = '', root = '', count = '', concurrency = ''] = process.argv.slice(2);
const stream = await connect(contender, root, wire as Wire);
let asked = 0;

/** From the call to the first text, in milliseconds, without the time that the server took. */
async function firstToken(): Promise<number> {
  let own = Number.NaN;
  const start = performance.now();
  await stream(`Question ${(asked += 1)}: what comes first?`, (text) => {
    if (!Number.isNaN(own)) return;
    // The server says as its first token for how many microseconds it has held it.
    own = performance.now() - start - Number.parseInt(text, 10) / 1000;
  });
  if (Number.isNaN(own)) throw new Error('no first token told how long it was held');
  return own;
}

/** Asks so often, or for so many milliseconds where that is shorter. */
async function sample(requests: number, atOnce: number, longest = Infinity): Promise<number[]> {
  const end = performance.now() + longest;
  const times: number[] = [];
  const oneAfterTheOther = async (): Promise<void> => {
    while (times.length < requests && performance.now() < end) times.push(await firstToken());
  };
  await Promise.all(Array.from({ length: atOnce }, oneAfterTheOther));
  return times;
}

// Long enough for the compiler to be done with the code that a call runs through, also that of those
// who take many times as long for a call.
await sample(20_000, 64, 8_000);
reportWhenAsked(async () => {
  // Connections are closed when nobody uses them for long.
  await sample(Number(concurrency), Number(concurrency));
  const alone = await sample(Number(count), 1);
  const together = await sample(2 * Number(count), Number(concurrency));
  return {
    alone50: quantile(alone, 0.5),
    alone99: quantile(alone, 0.99),
    together50: quantile(together, 0.5),
    together99: quantile(together, 0.99),
  };
});
