import { anthropic, compose, deadlines, failover, LlmError, openai, prompt, toAnswer } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { lastValueFrom, tap } from 'rxjs';

// The first server takes the question and then falls silent.
const gpt = await simulator({ faults: [{ kind: 'stall', at: 'first-token' }] });
const claude = await simulator({ answer: 'Here I am.' });

const patient = deadlines({ connect: 2_000, firstToken: 1_000, idle: 2_000 });
const ask = compose(
  failover({
    gpt: compose(openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: gpt.openai }), patient),
    claude: anthropic({ model: 'claude-haiku-4-5', apiKey: 'any', baseURL: claude.anthropic }),
  }),
  deadlines({ total: 10_000 }),
);

const events$ = ask(prompt('Are you there?')).pipe(
  tap((event) => {
    if (event.type !== 'route' || !LlmError.is(event.error)) return;
    console.log(`gpt ran out of time (${String(event.error.code)}), over to ${event.name}`);
  }),
);
console.log((await lastValueFrom(events$.pipe(toAnswer()))).text);
await gpt.idle();
console.log(`requests that were aborted: ${String(gpt.ledger.totals.aborted)}`);
await Promise.all([gpt.close(), claude.close()]);
