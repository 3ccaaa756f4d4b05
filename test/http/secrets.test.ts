import { inspect } from 'node:util';
import { catchError, from, lastValueFrom, map, mergeMap, of, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { failover } from '../../src/combinator/failover';
import { compose, type Handler } from '../../src/handler';
import { cache } from '../../src/policy/cache';
import { retryBackoff } from '../../src/policy/retry-backoff';
import { anthropic } from '../../src/provider/anthropic/index';
import { gemini } from '../../src/provider/gemini/index';
import { ollama } from '../../src/provider/ollama/index';
import { openai } from '../../src/provider/openai/index';
import { openaiResponses } from '../../src/provider/openai-responses/index';
import { prompt } from '../../src/request/messages';
import { requestKey } from '../../src/request/request-key';
import { simulator, type Fault, type Simulator } from '../../src/testing/simulator/index';

const key = 'sk-canary-7Hq2ZpLw9XvTnRb4';
const question = 'PROMPT-CANARY: what is the launch code?';
const forbidden = [
  key,
  key.slice(0, 12),
  key.slice(-12),
  Buffer.from(key).toString('base64'),
  encodeURIComponent(key),
  'PROMPT-CANARY',
];

const echo = { error: { message: `bad key ${key} for ${question}`, type: key, code: key } };
const faults: readonly (Fault | undefined)[] = [
  ...[400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 529].map(
    (status) => ({ kind: 'status', status, body: echo, headers: { 'x-request-id': key } }) as const,
  ),
  { kind: 'status', status: 302, headers: { location: `http://127.0.0.1:1/?key=${key}` } },
  { kind: 'status', status: 200, body: echo },
  { kind: 'error', at: 'first-token', body: echo },
  { kind: 'error', at: 2, body: echo },
  { kind: 'reset', at: 'connect' },
  { kind: 'reset', at: 2 },
  { kind: 'close', at: 'headers' },
  { kind: 'cut', at: 2 },
  { kind: 'malformed', at: 2 },
  undefined,
];

let server: Simulator;
let fault: Fault | undefined;
beforeAll(async () => {
  server = await simulator({ answer: 'one two three four', faults: () => fault });
});
afterAll(() => server.close());

function everythingShown(value: unknown): string {
  const error = value as Partial<Error>;
  return [
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(value) ?? '',
    String(value),
    String(error?.message),
    String(error?.stack),
  ].join('\n');
}

describe('a key in the options', () => {
  const options = { apiKey: key, model: 'any', headers: { 'x-also-secret': key } };
  const providers: Readonly<Record<string, () => Handler>> = {
    openai: () => openai({ ...options, baseURL: server.openai }),
    anthropic: () => anthropic({ ...options, baseURL: server.anthropic }),
    // These find no API at the simulator; what they make of its refusals counts.
    openaiResponses: () => openaiResponses({ ...options, baseURL: server.openai }),
    gemini: () => gemini({ ...options, baseURL: server.url }),
    ollama: () => ollama({ ...options, baseURL: server.url }),
    unreachable: () => openai({ ...options, baseURL: 'http://127.0.0.1:1/v1' }),
  };

  it.each(Object.keys(providers))(
    'of %s shows in no error, event, log or cache key',
    async (name) => {
      const logged: unknown[] = [];
      const spies = (['log', 'warn', 'error', 'info', 'debug'] as const).map((method) =>
        vi.spyOn(console, method).mockImplementation((...parts) => void logged.push(...parts)),
      );
      const provider = providers[name]!();
      const kept = cache();
      const ask = compose(
        failover({
          only: compose(
            provider,
            retryBackoff({ attempts: 2, base: 0, throttledBase: 0, budget: 9 }),
          ),
        }),
        kept,
      );
      const seen: unknown[] = [provider, ask, kept];
      for (fault of faults) {
        seen.push(
          ...(await lastValueFrom(
            ask(prompt(question)).pipe(
              catchError((error: unknown) => of(error)),
              toArray(),
            ),
          )),
        );
      }
      spies.forEach((spy) => {
        spy.mockRestore();
      });
      const shown = [...seen, ...logged].map(everythingShown).join('\n');
      for (const secret of forbidden) expect(shown.includes(secret), secret).toBe(false);
    },
  );

  it('that can be no header value is refused without showing it', async () => {
    const bad = `${key}\r\nx-injected: 1`;
    const handlers = [openai, anthropic, gemini, ollama].map((provider) => () => {
      return provider({ model: 'any', apiKey: bad, baseURL: server.url });
    });
    const errors = await lastValueFrom(
      from(handlers).pipe(
        mergeMap((make) => {
          try {
            return make()(prompt(question)).pipe(
              map((event) => new Error(`not refused: ${event.type}`)),
              catchError((error: unknown) => of(error)),
            );
          } catch (error) {
            return of(error);
          }
        }),
        toArray(),
      ),
    );
    expect(errors.length).toBeGreaterThanOrEqual(4);
    const shown = errors.map(everythingShown).join('\n');
    expect(shown).not.toContain('not refused');
    for (const secret of forbidden) expect(shown.includes(secret), secret).toBe(false);
  });

  it('is no part of a cache key', () => {
    expect(requestKey(prompt('?'))).not.toContain(key);
  });
});
