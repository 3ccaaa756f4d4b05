import { anthropic, askEach, compose, prompt, retryBackoff } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { from, map } from 'rxjs';

const server = await simulator({
  answer: (question) => `${question} Yes.`,
  pace: { firstToken: 100 },
  // One of the questions meets a server that refuses it, whatever is tried.
  faults: (call) => (call.question.includes('moon') ? { kind: 'status', status: 400 } : undefined),
});

const ask = compose(
  anthropic({ model: 'claude-haiku-4-5', apiKey: 'any', baseURL: server.anthropic }),
  retryBackoff({ attempts: 3 }),
);

const questions = ['Is water wet?', 'Is the moon cheese?', 'Is fire hot?', 'Is ice cold?'];

// At most two at once; a failed one is an outcome like any other and ends nothing.
await from(questions)
  .pipe(
    map((question) => prompt(question)),
    askEach(ask, { concurrency: 2, order: 'input' }),
  )
  .forEach((outcome) => {
    console.log(
      outcome.index,
      outcome.ok ? outcome.answer.text : `failed: ${String(outcome.error)}`,
    );
  });

console.log(`never more than ${String(server.ledger.totals.peak)} at once`);
await server.close();
