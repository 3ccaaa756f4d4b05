import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simulator } from '../../src/testing/simulator/index';

// What the simulator doesn't speak, as one short answer each.
const answers: readonly (readonly [path: RegExp, contentType: string, lines: readonly object[]])[] =
  [
    [
      /\/responses$/,
      'text/event-stream',
      [
        { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hi' },
        { type: 'response.completed', response: { id: 'resp_1', status: 'completed' } },
      ],
    ],
    [
      /:streamGenerateContent/,
      'text/event-stream',
      [{ candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP', index: 0 }] }],
    ],
    [
      /\/api\/chat$/,
      'application/x-ndjson',
      [{ message: { role: 'assistant', content: 'Hi' }, done: true, done_reason: 'stop' }],
    ],
  ];

/** Where the providers find a server, by the environment variables that they read. */
export interface DocServers {
  readonly environment: Readonly<Record<string, string>>;
  /** The same, for examples of OpenAI's Responses API. */
  readonly responses: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts a server for each protocol. */
export async function startDocServers(): Promise<DocServers> {
  const model = await simulator({ answer: 'A recipe for values over time.' });
  const other = createServer((request, response) => {
    const [, contentType, lines = []] =
      answers.find(([path]) => path.test(request.url ?? '')) ?? [];
    if (contentType === undefined) return void response.writeHead(404).end();
    const sse = contentType === 'text/event-stream';
    response.writeHead(200, { 'content-type': contentType });
    for (const line of lines) {
      response.write(sse ? `data: ${JSON.stringify(line)}\n\n` : `${JSON.stringify(line)}\n`);
    }
    response.end();
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const url = `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`;
  return {
    environment: {
      OPENAI_BASE_URL: model.openai,
      OPENAI_API_KEY: 'any',
      ANTHROPIC_BASE_URL: model.anthropic,
      ANTHROPIC_API_KEY: 'any',
      GOOGLE_GEMINI_BASE_URL: url,
      GEMINI_API_KEY: 'any',
      OLLAMA_HOST: url,
    },
    responses: { OPENAI_BASE_URL: url },
    close: async () => {
      other.close();
      other.closeAllConnections();
      await model.close();
    },
  };
}
