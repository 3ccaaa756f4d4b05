import { anthropic, compose, failover, openai, prompt, retryBackoff, toAnswer } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { lastValueFrom, tap } from 'rxjs';

// The first server is busy once, then breaks off in mid-answer; the second one is well.
const gpt = await simulator({
  answer: 'This answer will never be read to its end.',
  faults: [
    { kind: 'status', status: 429, headers: { 'retry-after-ms': '20' }, calls: [1] },
    { kind: 'reset', at: 4 },
  ],
});
const claude = await simulator({ answer: 'This one will.' });

const ask = failover({
  // Before output, the same server again; after output, the other one.
  gpt: compose(
    openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: gpt.openai }),
    retryBackoff({ attempts: 3, base: 10, afterOutput: 'error' }),
  ),
  claude: anthropic({ model: 'claude-haiku-4-5', apiKey: 'any', baseURL: claude.anthropic }),
});

const answer = await lastValueFrom(
  ask(prompt('Will you finish?')).pipe(
    tap((event) => {
      if (event.type === 'retry') console.log(`attempt ${String(event.attempt)} follows`);
      if (event.type === 'retract') console.log('what was said is taken back');
      if (event.type === 'route') console.log(`asking ${event.name}`);
    }),
    toAnswer(),
  ),
);

console.log(`${answer.text} (after ${String(answer.attempts)} attempts)`);
await Promise.all([gpt.close(), claude.close()]);
