import { anthropic, openai, prompt, raceFirstToken, toAnswer } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { lastValueFrom } from 'rxjs';

const slow = await simulator({ answer: 'The tortoise.', pace: { firstToken: 5000 } });
const fast = await simulator({ answer: 'The hare.', pace: { firstToken: 10 } });

const ask = raceFirstToken({
  gpt: openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: slow.openai }),
  claude: anthropic({ model: 'claude-haiku-4-5', apiKey: 'any', baseURL: fast.anthropic }),
});

const { text } = await lastValueFrom(ask(prompt('Who wins?')).pipe(toAnswer()));
console.log(text);

// The loser's socket was closed the moment the winner spoke.
await slow.until(({ ledger }) => ledger.totals.aborted === 1);
console.log('the slower request was aborted');
await Promise.all([slow.close(), fast.close()]);
