import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { openai, prompt, textDeltas, toAsyncIterable } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';

const model = await simulator({
  answer: (question) =>
    question === 'Hello' ? 'Streamed all the way to you.' : 'And so on, '.repeat(10_000),
  pace: { perToken: 10 },
});
const ask = openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: model.openai });

// The text is pulled: a slow client gets larger pieces, and one that leaves aborts the request.
const server = createServer((request, response) => {
  const question = new URL(request.url ?? '/', 'http://localhost').searchParams.get('q') ?? '';
  const text = toAsyncIterable(ask(prompt(question)).pipe(textDeltas()));
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  pipeline(text, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

const whole = await fetch(`${url}/?q=Hello`);
console.log(whole.status, await whole.text());

// A client that leaves after the first bytes.
const leaving = new AbortController();
const broken = await fetch(`${url}/?q=Tell me more`, { signal: leaving.signal });
await broken.body?.getReader().read();
leaving.abort();
await model.until(({ ledger }) => ledger.totals.aborted === 1);
console.log('the client left, so the model was told to stop');

server.close();
await model.close();
