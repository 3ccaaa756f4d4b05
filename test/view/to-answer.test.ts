import { from, lastValueFrom, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import type { ChatEvent } from '../../src/event/chat-event';
import type { ChatAnswer } from '../../src/event/fold';
import {
  finish,
  marbles,
  reasoningDelta,
  retract,
  start,
  textDelta,
  toolCall,
  usage,
} from '../../src/testing/index';
import { toAnswer } from '../../src/view/to-answer';

const scheduler = { now: () => 0, schedule: () => new Error() as never };
const fold = (...events: ChatEvent[]): Promise<ChatAnswer> =>
  lastValueFrom(from(events).pipe(toAnswer({ scheduler })));
const error = new LlmError('x', { kind: 'server' });
const retry = { type: 'retry', attempt: 2, delay: 1, error } as const;

describe('toAnswer', () => {
  it('holds all that the winning attempt said', async () => {
    await expect(
      fold(
        start({ provider: 'openai', model: 'gpt-5-mini', id: 'chat-1' }),
        reasoningDelta('hm'),
        textDelta('a'),
        toolCall('weather', { city: 'Bern' }),
        { ...toolCall('broken', '{"ci', { index: 1 }), invalid: true },
        finish({ reason: 'tool-calls', rawReason: 'tool_calls', usage: { inputTokens: 3 } }),
      ),
    ).resolves.toEqual({
      text: 'a',
      reasoning: 'hm',
      toolCalls: [
        { id: 'call_1', name: 'weather', input: { city: 'Bern' } },
        { id: 'call_2', name: 'broken', input: '{"ci', invalid: true },
      ],
      finish: { reason: 'tool-calls', rawReason: 'tool_calls' },
      usage: { inputTokens: 3 },
      totalUsage: { inputTokens: 3 },
      attempts: 1,
      cached: false,
      provider: 'openai',
      model: 'gpt-5-mini',
      id: 'chat-1',
      timings: { firstToken: 0, total: 0 },
    });
  });

  it('carries a refusal', async () => {
    await expect(fold(start(), finish({ refusal: 'No.' }))).resolves.toMatchObject({
      refusal: 'No.',
      text: '',
    });
  });

  it('takes the usage of the finish, else the last one said', async () => {
    const said = [usage({ inputTokens: 1 }), usage({ inputTokens: 2 })];
    await expect(fold(...said, finish())).resolves.toMatchObject({ usage: { inputTokens: 2 } });
    await expect(fold(...said, finish({ usage: { inputTokens: 3 } }))).resolves.toMatchObject({
      usage: { inputTokens: 3 },
      totalUsage: { inputTokens: 3 },
    });
  });

  it('adds up what all attempts used, whether or not they were heard', async () => {
    const answer = await fold(
      start(),
      usage({ inputTokens: 1 }),
      retry,
      start(),
      usage({ inputTokens: 10, outputTokens: 1 }),
      textDelta('lost'),
      toolCall('lost'),
      retract(),
      { ...retry, attempt: 3 },
      start(),
      textDelta('kept'),
      finish({ usage: { inputTokens: 100, outputTokens: 2, cachedInputTokens: 7 } }),
    );
    expect(answer).toMatchObject({
      text: 'kept',
      toolCalls: [],
      attempts: 3,
      totalUsage: { inputTokens: 111, outputTokens: 3, cachedInputTokens: 7 },
    });
  });

  it('counts failovers as attempts, but not the first choice', async () => {
    const answer = await fold(
      { type: 'route', by: 'failover', name: 'gpt' },
      { type: 'route', by: 'failover', name: 'claude', error },
      start(),
      finish(),
    );
    expect(answer.attempts).toBe(2);
  });

  it.each(['hit', 'joined'] as const)('a cache %s has cost nothing', async (status) => {
    await expect(
      fold({ type: 'cache', status, age: 1 }, start(), finish({ usage: { inputTokens: 5 } })),
    ).resolves.toMatchObject({ cached: true, usage: { inputTokens: 5 }, totalUsage: {} });
  });

  it('a call made after a broken cached one has cost what it cost', async () => {
    const answer = await fold(
      { type: 'cache', status: 'joined', age: 1 },
      start(),
      usage({ inputTokens: 5 }),
      retry,
      start(),
      finish({ usage: { inputTokens: 6 } }),
    );
    expect(answer).toMatchObject({ cached: false, totalUsage: { inputTokens: 6 } });
  });

  it('measures from the subscription, and survives a clock that steps back', async () => {
    marbles(({ events, expectObservable }) => {
      const timed = events('--S--a-F|').pipe(toAnswer());
      expectObservable(timed).toBe('--------(x|)', {
        x: {
          text: 'a',
          reasoning: '',
          toolCalls: [],
          finish: { reason: 'stop' },
          usage: {},
          totalUsage: {},
          attempts: 1,
          cached: false,
          provider: 'fake',
          timings: { firstToken: 5, total: 7 },
        },
      });
    });
    let now = 1000;
    const back = { now: () => (now -= 100), schedule: () => new Error() as never };
    const answer = of(textDelta('a'), finish()).pipe(toAnswer({ scheduler: back }));
    await expect(lastValueFrom(answer)).resolves.toMatchObject({
      timings: { firstToken: 0, total: 0 },
    });
  });

  it('fails with the error of the call, or as truncated', async () => {
    await expect(lastValueFrom(throwError(() => error).pipe(toAnswer()))).rejects.toBe(error);
    await expect(fold(start(), textDelta('a'))).rejects.toMatchObject({ kind: 'truncated' });
    await expect(fold()).rejects.toMatchObject({ kind: 'truncated' });
  });
});
