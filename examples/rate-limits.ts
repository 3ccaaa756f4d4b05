import { askEach, compose, cooldown, limitRate, openai, prompt } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { from, map } from 'rxjs';

const server = await simulator({
  answer: (question) => `${question} Yes.`,
  // Somebody else uses the same key, so the first request is one too many.
  faults: [{ kind: 'status', status: 429, headers: { 'retry-after-ms': '100' }, calls: [1] }],
});

// What all calls share: one keeps within the limit, the other one obeys the server.
const limit = limitRate({ requests: 4, per: 400 });
const pause = cooldown();

let most = 0;
limit.state$.subscribe(({ requests }) => (most = Math.max(most, requests)));

const ask = compose(
  openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: server.openai }),
  limit,
  pause,
);

const questions = ['Is water wet?', 'Is fire hot?', 'Is ice cold?', 'Is rain wet?', 'Is it dark?'];

await from(questions)
  .pipe(
    map((question) => prompt(question)),
    askEach(ask, { concurrency: 5, order: 'input' }),
  )
  .forEach((outcome) => {
    if (outcome.ok) console.log(outcome.answer.text);
  });

console.log(
  `${String(server.ledger.totals.calls)} requests, never more than ${String(most)} within 400 ms`,
);
await server.close();
