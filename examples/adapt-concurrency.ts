import { adaptConcurrency, askEach, compose, openai, prompt } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { from, lastValueFrom, map, tap, toArray } from 'rxjs';

const server = await simulator({ answer: 'Yes.', pace: { firstToken: 5, perToken: 0 } });

// One call at a time to begin with; each round of answers makes room for one more.
const limit = adaptConcurrency({ algorithm: 'aimd', initial: 1, max: 4 });
const ask = compose(openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: server.openai }), limit);

let highest = 0;
const watching = limit.state$.pipe(tap((state) => (highest = state.limit))).subscribe();
const questions = Array.from({ length: 40 }, (_, n) => `Question ${String(n)}?`);
const outcomes = await lastValueFrom(
  from(questions).pipe(
    map((question) => prompt(question)),
    askEach(ask, { concurrency: 40 }),
    toArray(),
  ),
);
watching.unsubscribe();

console.log(`${String(outcomes.filter(({ ok }) => ok).length)} answers`);
console.log(`the limit grew from 1 to ${String(highest)}`);
await server.close();
