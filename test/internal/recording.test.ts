import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import { Recording } from '../../src/internal/recording';
import { finish, start, textDelta, toolCall, usage } from '../../src/testing/index';

const reasoning = (text: string): ChatEvent => ({ type: 'reasoning-delta', text });
const marked = (text: string): ChatEvent => ({ ...textDelta(text), mark: text }) as ChatEvent;

const recorded = (events: readonly ChatEvent[]): Recording => {
  const recording = new Recording();
  for (const event of events) recording.add(event);
  return recording;
};

describe('Recording', () => {
  const anyText = fc.string({ unit: 'binary' });
  const anyEvent = fc.oneof(
    anyText.map(textDelta),
    anyText.map(reasoning),
    anyText.map(marked),
    fc.constantFrom<ChatEvent>(start(), toolCall('tool'), usage({ inputTokens: 1 }), finish()),
  );

  it('plays back what it was given, event by event, open and sealed', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 300 }), (events) => {
        const recording = recorded(events);
        expect([...recording]).toEqual(events);
        expect([...recording.seal()]).toEqual(events);
        expect([...recording.seal()]).toEqual(events);
      }),
    );
  });

  it('plays back long runs', () => {
    const events = Array.from({ length: 1000 }, (_, at) => textDelta(`${String(at)} é😀`));
    const recording = recorded(events);
    expect([...recording]).toEqual(events);
    expect([...recording.seal()]).toEqual(events);
  });

  it('plays back a piece of any length', () => {
    const events = ['a', 'b'.repeat(0xffff), 'c'.repeat(0x10000), 'd'].map(textDelta);
    expect([...recorded(events).seal()]).toEqual(events);
  });

  it('plays back halves of a character that came in two pieces', () => {
    const events = [...'😀'.split('').map(textDelta), textDelta('é')];
    expect([...recorded(events).seal()]).toEqual(events);
  });

  it('plays on into what is added meanwhile', () => {
    const recording = recorded([textDelta('a')]);
    const seen: ChatEvent[] = [];
    for (const event of recording) {
      if (seen.length === 0) recording.add(textDelta('b'));
      if (seen.length === 1) recording.add(finish());
      seen.push(event);
    }
    expect(seen).toEqual([textDelta('a'), textDelta('b'), finish()]);
  });

  it('gives frozen pieces, each time anew', () => {
    const recording = recorded([textDelta('a')]);
    const [first] = [...recording];
    expect(Object.isFrozen(first)).toBe(true);
    expect([...recording][0]).not.toBe(first);
  });

  it('knows its last event, and about how much it holds', () => {
    expect(recorded([]).last).toBeUndefined();
    expect(recorded([start(), textDelta('a')]).last).toBeUndefined();
    expect(recorded([textDelta('a'), finish()]).last).toEqual(finish());
    const [one, two] = [
      recorded([textDelta('word')]),
      recorded([textDelta('wo'), textDelta('rd')]),
    ];
    expect(one.size).toBeGreaterThan(4);
    expect(two.size).toBeGreaterThan(one.size);
    expect(recorded([finish()]).size).toBe(JSON.stringify(finish()).length);
  });

  it('cannot measure what goes in circles', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => recorded([toolCall('tool', circle)]).size).toThrow(TypeError);
  });
});
