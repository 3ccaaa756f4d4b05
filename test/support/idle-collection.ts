// Makes calls until they are optimised, then collects all garbage while none is under way.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { lastValueFrom, type Observable } from 'rxjs';
import {
  closeDefaultTransport,
  coalesce,
  openai,
  prompt,
  standard,
  textSoFar,
  type ChatEvent,
} from 'rxllm';
import { openaiChatFrames } from '../../src/testing/openai-wire';
import { heapInUse } from './heap';

// Not the simulator, whose classes would be forgotten, too.
const body = openaiChatFrames({ text: Array.from({ length: 30 }, () => ' word') }).join('');
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const baseURL = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`;
const ask = standard(
  { model: openai({ model: 'gpt-5-mini', apiKey: 'key', baseURL }) },
  {
    limitConcurrency: { max: 100 },
    limitRate: { requests: 1e9 },
    admission: { maxInFlight: 100 },
    cache: { max: 100 },
  },
);
let asked = 0;
const call = (): Observable<ChatEvent | string> => {
  const answer = ask(prompt(`Question ${String((asked += 1))}`)).pipe(coalesce());
  return asked % 2 === 0 ? answer : answer.pipe(textSoFar());
};

for (let round = 0; round < 400; round += 1) {
  await Promise.all(Array.from({ length: 16 }, () => lastValueFrom(call())));
}
await closeDefaultTransport();
server.close();
await once(server, 'close');
// What the engine then forgets, it tells on the standard output.
setFlagsFromString('--trace-deopt');
heapInUse();
