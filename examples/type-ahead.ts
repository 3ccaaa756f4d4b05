import { openai, prompt, toAnswer } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { concatMap, delay, from, map, of, switchMap } from 'rxjs';

const server = await simulator({
  answer: (question) => `Results for ${question}.`,
  pace: { firstToken: 300 },
});
const ask = openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: server.openai });

// Somebody types; each letter comes before the answer to the one before it.
const typing$ = from(['r', 'rx', 'rxj', 'rxjs']).pipe(
  concatMap((text) => of(text).pipe(delay(30))),
);

// The newest question wins: `switchMap` unsubscribes, and that closes the older request.
await typing$
  .pipe(
    map((text) => prompt(text)),
    switchMap((request) => ask(request).pipe(toAnswer())),
  )
  .forEach(({ text }) => {
    console.log(text);
  });

await server.idle();
const { completed } = server.ledger.totals;
console.log(`${String(completed)} answer was read to its end, the other requests were aborted`);
await server.close();
