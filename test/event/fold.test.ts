import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import { AnswerFold, type ChatAnswer } from '../../src/event/fold';
import { addUsage } from '../../src/event/usage';
import { finish, retract, start, textDelta, toolCall, usage } from '../../src/testing/index';

/** The answer, with an event each millisecond, and the text after each. */
function fold(...events: readonly ChatEvent[]): { answer: ChatAnswer; texts: readonly string[] } {
  const folded = new AnswerFold();
  const texts: string[] = [];
  let answer: ChatAnswer | undefined;
  events.forEach((event, elapsed) => {
    answer = folded.add(event, elapsed);
    texts.push(folded.text);
  });
  return { answer: answer!, texts };
}

const retry: ChatEvent = { type: 'retry', attempt: 2, delay: 0, error: 'x' };

describe('AnswerFold', () => {
  it('shows no text between a retraction and the next attempt', () => {
    const { answer, texts } = fold(start(), textDelta('a'), retract(), retry, start(), finish());
    expect(texts).toEqual(['', 'a', '', '', '', '']);
    expect(answer.text).toBe('');
  });

  it('begins anew with a start, though nothing was retracted', () => {
    const { answer } = fold(
      ...[start({ id: 'one' }), textDelta('a'), toolCall('lost'), usage({ outputTokens: 1 })],
      ...[start(), textDelta('b'), finish({ usage: { outputTokens: 2 } })],
    );
    expect(answer).toMatchObject({
      text: 'b',
      toolCalls: [],
      usage: { outputTokens: 2 },
      totalUsage: { outputTokens: 3 },
      timings: { firstToken: 5, total: 6 },
    });
    expect(answer).not.toHaveProperty('id');
  });

  it('counts usage that came before the finish, once', () => {
    const { answer } = fold(
      start(),
      usage({ inputTokens: 1 }),
      usage({ inputTokens: 5 }),
      finish(),
    );
    expect([answer.usage, answer.totalUsage]).toEqual([{ inputTokens: 5 }, { inputTokens: 5 }]);
  });
});

describe('AnswerFold, of a race', () => {
  const usageOf = (inputTokens: number) => ({ inputTokens });
  const route = (loser: number, error?: unknown): ChatEvent => ({
    type: 'route',
    by: 'hedge',
    name: 'b',
    losers: [{ name: 'a', usage: usageOf(loser) }, { name: 'c' }],
    ...(error !== undefined && { error }),
  });

  it('adds what the losers used to the total, and to nothing else', () => {
    const { answer } = fold(route(5), start(), textDelta('b'), finish({ usage: usageOf(7) }));
    expect(answer).toMatchObject({ usage: usageOf(7), totalUsage: usageOf(12), attempts: 1 });
  });

  it('adds them up over attempts', () => {
    const { answer } = fold(
      ...[route(1), start(), textDelta('b'), usage(usageOf(10)), retract(), retry],
      ...[route(100), start(), finish({ usage: usageOf(1000) })],
    );
    expect(answer.totalUsage).toEqual(usageOf(1111));
    expect(answer.usage).toEqual(usageOf(1000));
  });

  it('but not those of a call of somebody else that was joined', () => {
    const joined: ChatEvent = { type: 'cache', status: 'joined', age: 3 };
    const { answer } = fold(joined, route(5), start(), finish({ usage: usageOf(7) }));
    expect(answer).toMatchObject({ totalUsage: {}, cached: true });
    const again = fold(joined, route(5), start(), retry, route(5), start(), finish());
    expect(again.answer).toMatchObject({ totalUsage: usageOf(5), cached: false });
  });
});

describe('addUsage', () => {
  it('adds field by field, and leaves out what neither has', () => {
    expect(addUsage({ inputTokens: 1 }, { inputTokens: 2, reasoningTokens: 3 })).toEqual({
      inputTokens: 3,
      reasoningTokens: 3,
    });
    expect(addUsage({}, {})).toEqual({});
  });
});
