import { anthropic, circuitBreaker, compose, failover, openai, prompt, toAnswer } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { distinctUntilChanged, lastValueFrom, map, VirtualTimeScheduler } from 'rxjs';

// The first server fails four times, then it is well again.
const gpt = await simulator({
  answer: 'I am back.',
  faults: [{ kind: 'status', status: 503, calls: [1, 2, 3, 4] }],
});
const claude = await simulator({ answer: 'I stand in.' });

// A clock that is set by hand, so that nobody has to wait half a minute.
const clock = new VirtualTimeScheduler();
const breaker = circuitBreaker({ minimumCalls: 4, probes: 1, openFor: 30_000, scheduler: clock });
const ask = failover({
  gpt: compose(openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: gpt.openai }), breaker),
  claude: anthropic({ model: 'claude-haiku-4-5', apiKey: 'any', baseURL: claude.anthropic }),
});

const state$ = breaker.state$.pipe(
  map(({ state }) => state),
  distinctUntilChanged(),
);
state$.subscribe((state) => {
  console.log(`the circuit is ${state}`);
});

const question = () => lastValueFrom(ask(prompt('Are you there?')).pipe(toAnswer()));
for (let call = 1; call <= 10; call += 1) await question();
console.log(`ten questions later, gpt has been asked ${String(gpt.ledger.totals.calls)} times`);

clock.frame += 30_000;
console.log((await question()).text);
await Promise.all([gpt.close(), claude.close()]);
