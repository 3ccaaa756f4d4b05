import { inspect } from 'node:util';
import { firstValueFrom, lastValueFrom, takeWhile, toArray } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import type { Handler } from '../../src/handler';
import { anthropic } from '../../src/provider/anthropic/index';
import { openai } from '../../src/provider/openai/index';
import { prompt } from '../../src/request/messages';
import { simulator, type Fault, type SimulatorOptions } from '../../src/testing/simulator';
import { httpTransport } from '../../src/transport/undici';
import { toAnswer } from '../../src/view/to-answer';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const answer = {
  reasoning: 'Let me think.',
  text: 'Look out of the window',
  toolCalls: [{ id: 'a', name: 'look', input: { place: 'Lisbon', when: 'today' } }],
  usage: { inputTokens: 7, outputTokens: 11 },
};
const request = prompt('What is the weather?');

describe.each(['openai', 'anthropic'] as const)('the provider %s', (protocol) => {
  const start = async (options: SimulatorOptions, apiKey = 'k-right') => {
    const server = await simulator(options);
    const transport = httpTransport();
    closers.push(
      () => transport.close(),
      () => server.close(),
    );
    const shared = { model: 'm', apiKey, transport, baseURL: server[protocol] };
    const ask: Handler = protocol === 'openai' ? openai(shared) : anthropic(shared);
    return { server, transport, ask };
  };

  /** What an answer said before it failed, and how it failed. */
  const failure = async (fault: Fault) => {
    const { ask } = await start({ answer, faults: [fault] });
    const events: ChatEvent[] = [];
    const error = await new Promise<unknown>((resolve) => {
      ask(request).subscribe({
        next: (event) => events.push(event),
        error: resolve,
        complete: () => {
          resolve(undefined);
        },
      });
    });
    if (!LlmError.is(error)) throw new Error('expected an LlmError', { cause: error });
    const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
    expect(answer.text.startsWith(text)).toBe(true);
    expect(events.map(({ type }) => type)).not.toContain('finish');
    return { kind: error.kind, text, error };
  };

  test('reads the whole answer', async () => {
    const { ask, server } = await start({ answer, apiKey: 'k-right' });
    expect(await lastValueFrom(ask(request).pipe(toAnswer()))).toMatchObject({
      text: answer.text,
      reasoning: answer.reasoning,
      toolCalls: answer.toolCalls,
      finish: { reason: 'tool-calls' },
      usage: answer.usage,
      model: 'm',
    });
    await server.idle();
    expect(server.ledger.totals).toMatchObject({ calls: 1, completed: 1 });
  });

  test.each([
    [{ kind: 'reset' }, 'network'],
    [{ kind: 'close' }, 'network'],
    [{ kind: 'status', status: 429 }, 'rate-limited'],
    [{ kind: 'status', status: 401 }, 'unauthorized'],
    [{ kind: 'status', status: 500 }, 'server'],
    [{ kind: 'status', status: 400 }, 'invalid-request'],
  ] as const)('fails after %j as %s', async (fault, kind) => {
    expect(await failure(fault)).toMatchObject({ kind, text: '' });
  });

  const trouble = protocol === 'openai' ? 'server' : 'overloaded';
  test.each([
    ['reset', 'network'],
    ['close', 'network'],
    ['cut', 'truncated'],
    ['error', trouble],
    ['malformed', 'malformed'],
  ] as const)('fails after %s anywhere as %s', async (kind, failed) => {
    for (const at of ['headers', 'first-token', 5, 'tool-arguments'] as const) {
      const { text, kind: seen } = await failure({ kind, at });
      expect({ at, seen, text }).toEqual({
        at,
        seen: failed,
        text: { 5: 'Look out', 'tool-arguments': answer.text }[String(at)] ?? '',
      });
    }
  });

  test('is refused with a wrong key, which no error shows', async () => {
    const { ask } = await start({ apiKey: 'k-right' }, 'k-wrong');
    const error: unknown = await lastValueFrom(ask(request)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'unauthorized', status: 401 });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('k-wrong');
  });

  test('obeys a hint that the simulator sends', async () => {
    const headers = { 'retry-after': '3' };
    const { error } = await failure({ kind: 'status', status: 429, headers });
    expect(error.retryAfter).toBe(3000);
  });

  test('is seen to leave, and leaves no connection', async () => {
    const { ask, server, transport } = await start({ answer, faults: [{ kind: 'stall', at: 2 }] });
    const delta = (event: ChatEvent): boolean => event.type !== 'reasoning-delta';
    await firstValueFrom(ask(request).pipe(takeWhile(delta, true), toArray()));
    await server.idle();
    expect(server.ledger.totals).toMatchObject({ calls: 1, aborted: 1 });
    await transport.close();
    await server.until(({ openSockets }) => openSockets === 0);
  });
});
