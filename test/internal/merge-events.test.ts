import { describe, expect, it } from 'vitest';
import type { ChatEvent, ToolCallDeltaEvent } from '../../src/event/chat-event';
import { mergeEvents } from '../../src/internal/merge-events';
import {
  finish,
  reasoningDelta,
  retract,
  start,
  textDelta,
  toolCall,
  usage,
} from '../../src/testing/index';

const piece = (index: number, input: string): ToolCallDeltaEvent => ({
  type: 'tool-call-delta',
  index,
  id: String(index),
  name: 'tool',
  input,
});

describe('mergeEvents', () => {
  it.each<[ChatEvent | string, ChatEvent | string, ChatEvent | string]>([
    ['a', 'b', 'ab'],
    ['', '', ''],
    [textDelta('a'), textDelta('b'), textDelta('ab')],
    [reasoningDelta('a'), reasoningDelta('b'), reasoningDelta('ab')],
    [piece(1, '{"a"'), piece(1, ':1}'), piece(1, '{"a":1}')],
    [usage({ inputTokens: 1 }), usage({ outputTokens: 2 }), usage({ outputTokens: 2 })],
  ])('%o and %o say %o', (first, second, both) => {
    expect(mergeEvents(first, second)).toEqual(both);
  });

  it.each<[ChatEvent | string, ChatEvent | string]>([
    [textDelta('a'), reasoningDelta('b')],
    [piece(1, 'a'), piece(2, 'b')],
    [textDelta('a'), retract()],
    [retract(), textDelta('a')],
    [start(), start()],
    [toolCall('a'), toolCall('a')],
    [finish(), finish()],
    ['a', textDelta('b')],
    [textDelta('a'), 'b'],
  ])('%o and %o stay apart', (first, second) => {
    expect(mergeEvents(first, second)).toBeUndefined();
  });

  it('changes neither', () => {
    const first = Object.freeze(piece(0, 'a'));
    expect(mergeEvents<ChatEvent>(first, Object.freeze(piece(0, 'b')))).not.toBe(first);
    expect(first.input).toBe('a');
  });
});
