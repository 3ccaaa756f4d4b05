import { openai, prompt, textDeltas } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';

// A local stand-in for the model. Leave `apiKey` and `baseURL` out to ask the real one.
const server = await simulator({ answer: 'An Observable is a recipe for values over time.' });

const ask = openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: server.openai });

await ask(prompt('What is an Observable?'))
  .pipe(textDeltas())
  .forEach((text) => process.stdout.write(text));

console.log();
await server.close();
