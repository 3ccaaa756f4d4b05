import { compose, openai, prompt, toAnswer, type Policy } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { lastValueFrom, tap } from 'rxjs';

const server = await simulator({ answer: 'Short and sweet.' });

// A policy is a function from a handler to a handler: three lines.
const brief: Policy = (next) => (request) =>
  next({ ...request, maxOutputTokens: Math.min(request.maxOutputTokens ?? Infinity, 50) });

const ask = compose(
  openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: server.openai }),
  brief,
  // Inline, everything is inferred.
  (next) => (request) =>
    next(request).pipe(
      tap({
        subscribe: () => console.log(`asked with ${String(request.messages.length)} message`),
        complete: () => console.log('answered'),
      }),
    ),
);

const { text } = await lastValueFrom(ask(prompt('Be brief.')).pipe(toAnswer()));
console.log(text);
await server.close();
