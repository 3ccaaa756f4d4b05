import { anthropic, hedge, openai, prompt, toAnswer } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { lastValueFrom, tap } from 'rxjs';

// The first server hangs on its third call; the second one is only asked when that happens.
const gpt = await simulator({
  answer: 'Here I am.',
  faults: [{ kind: 'stall', calls: [3] }],
});
const claude = await simulator({ answer: 'I will take over.' });

const ask = hedge(
  {
    gpt: openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: gpt.openai }),
    claude: anthropic({ model: 'claude-haiku-4-5', apiKey: 'any', baseURL: claude.anthropic }),
  },
  // Left out, it is the 95th percentile of what the calls before have taken.
  { delay: 200 },
);

for (const question of ['One?', 'Two?', 'Three?']) {
  const { text } = await lastValueFrom(
    ask(prompt(question)).pipe(
      tap((event) => {
        if (event.type !== 'route') return;
        const inVain = (event.losers ?? []).map(({ name }) => `, ${name} was asked in vain`);
        console.log(`${event.name} answers${inVain.join('')}`);
      }),
      toAnswer(),
    ),
  );
  console.log(`${question} ${text}`);
}

await Promise.all([gpt.close(), claude.close()]);
