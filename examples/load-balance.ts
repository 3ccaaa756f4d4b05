import { compose, loadBalance, openai, prompt, retryBackoff, toAnswer } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { firstValueFrom, lastValueFrom } from 'rxjs';

// Two servers of the same model; the one in the west is down.
const east = await simulator({ answer: 'Good morning.' });
const west = await simulator({ faults: [{ kind: 'status', status: 503 }] });

const balance = loadBalance(
  {
    east: openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: east.openai }),
    west: openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: west.openai }),
  },
  { by: 'round-robin', eject: { failures: 3 } },
);
// Who fails is not asked again at once: the next attempt goes where the balance sends it.
const ask = compose(balance, retryBackoff({ attempts: 2, base: 5 }));

const answers = new Set<string>();
for (let call = 1; call <= 20; call += 1) {
  const { text } = await lastValueFrom(ask(prompt('Good morning?')).pipe(toAnswer()));
  answers.add(text);
}
console.log(`all twenty were answered: ${[...answers].join()}`);

const health = await firstValueFrom(balance.health$);
console.log(`west has failed ${String(health['west']?.failures)} times, and is left out for now`);
console.log(
  `calls: ${String(east.ledger.totals.calls)} east, ${String(west.ledger.totals.calls)} west`,
);
await Promise.all([east.close(), west.close()]);
