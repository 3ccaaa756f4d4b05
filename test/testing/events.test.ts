import { describe, expect, it } from 'vitest';
import * as testing from '../../src/testing';
import { AnswerFold } from '../../src/event/fold';
import type { ChatEvent } from '../../src/event/chat-event';
import { LlmError } from '../../src/error/llm-error';

const { answerEvents, eventValues } = testing;

describe('the event helpers', () => {
  it.each<[ChatEvent, ChatEvent]>([
    [testing.start(), { type: 'start', provider: 'fake' }],
    [
      testing.start({ provider: 'gpt', model: 'm' }),
      { type: 'start', provider: 'gpt', model: 'm' },
    ],
    [testing.textDelta('a'), { type: 'text-delta', text: 'a' }],
    [testing.reasoningDelta('a'), { type: 'reasoning-delta', text: 'a' }],
    [
      testing.toolCall('look', { at: 1 }),
      { type: 'tool-call', index: 0, id: 'call_1', name: 'look', input: { at: 1 } },
    ],
    [
      testing.toolCall('look', 'up', { index: 1 }),
      { type: 'tool-call', index: 1, id: 'call_2', name: 'look', input: 'up' },
    ],
    [testing.usage({ inputTokens: 1 }), { type: 'usage', usage: { inputTokens: 1 } }],
    [testing.finish(), { type: 'finish', reason: 'stop' }],
    [testing.finish({ reason: 'length' }), { type: 'finish', reason: 'length' }],
    [testing.retract(), { type: 'retract' }],
  ])('makes %o', (event, expected) => {
    expect(event).toStrictEqual(expected);
  });

  it('fails as an overloaded server does', () => {
    const error = testing.overloadedError();
    expect(LlmError.is(error)).toBe(true);
    expect(error).toMatchObject({ kind: 'overloaded', retryable: true, failover: true });
  });
});

describe('answerEvents', () => {
  it('is a whole answer, a word at a time', () => {
    expect(answerEvents('Hello big world')).toStrictEqual([
      { type: 'start', provider: 'fake' },
      { type: 'text-delta', text: 'Hello' },
      { type: 'text-delta', text: ' big' },
      { type: 'text-delta', text: ' world' },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('takes the pieces as they are given', () => {
    const texts = answerEvents(['Hel', 'lo world']).filter(({ type }) => type === 'text-delta');
    expect(texts).toStrictEqual([testing.textDelta('Hel'), testing.textDelta('lo world')]);
  });

  it.each(['', ' ', 'a', ' a  b ', 'a\n\nb\n'])('loses nothing of %j', (text) => {
    const fold = new AnswerFold();
    const answers = answerEvents(text).map((event) => fold.add(event, 0));
    expect(answers.at(-1)?.text).toBe(text);
  });

  it('holds what else an answer holds', () => {
    const events = answerEvents('Let me look', {
      provider: 'gpt',
      model: 'gpt-5',
      reasoning: 'I think',
      toolCalls: [{ name: 'look', input: { at: 1 } }, { name: 'go' }],
      usage: { inputTokens: 1, outputTokens: 2 },
    });
    const fold = new AnswerFold();
    expect(events.map((event) => fold.add(event, 0)).at(-1)).toMatchObject({
      provider: 'gpt',
      model: 'gpt-5',
      text: 'Let me look',
      reasoning: 'I think',
      toolCalls: [
        { id: 'call_1', name: 'look', input: { at: 1 } },
        { id: 'call_2', name: 'go', input: {} },
      ],
      finish: { reason: 'tool-calls' },
      usage: { inputTokens: 1, outputTokens: 2 },
    });
  });

  it('ends for the reason that is given', () => {
    expect(answerEvents('', { reason: 'content-filter' }).at(-1)).toMatchObject({
      reason: 'content-filter',
    });
  });
});

describe('eventValues', () => {
  it.each([
    ['a', testing.textDelta('a')],
    ['z', testing.textDelta('z')],
    ['S', testing.start()],
    ['F', testing.finish()],
    ['R', testing.retract()],
    ['T', testing.toolCall('tool')],
  ])('knows %s', (letter, event) => {
    expect(eventValues()[letter]).toStrictEqual(event);
  });

  it('prefers given values, also odd ones', () => {
    const values = eventValues({ a: 'mine', 1: 0, toString: 'x' });
    expect([values['a'], values['1'], values['toString'], values['b']]).toEqual([
      'mine',
      0,
      'x',
      testing.textDelta('b'),
    ]);
  });

  it.each(['A', '1', 'é'])('does not guess what %s is', (letter) => {
    expect(() => eventValues()[letter]).toThrow(`'${letter}' stands for nothing`);
  });
});
