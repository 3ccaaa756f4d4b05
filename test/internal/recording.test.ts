import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../src/event/chat-event';
import { playBack, Recording, type Written } from '../../src/internal/recording';
import { finish, start, textDelta, toolCall, usage } from '../../src/testing/index';

const reasoning = (text: string): ChatEvent => ({ type: 'reasoning-delta', text });
const marked = (text: string): ChatEvent => ({ ...textDelta(text), mark: text }) as ChatEvent;

const recorded = (events: readonly ChatEvent[]): Recording => {
  const recording = new Recording();
  for (const event of events) recording.add(event);
  return recording;
};

const writtenOf = (recording: Recording): Written => {
  const written = recording.write();
  if (!written) throw new Error('nothing is written');
  return written;
};

describe('Recording', () => {
  const anyText = fc.string({ unit: 'binary' });
  const anyEvent = fc.oneof(
    anyText.map(textDelta),
    anyText.map(reasoning),
    anyText.map(marked),
    fc.constantFrom<ChatEvent>(start(), toolCall('tool'), usage({ inputTokens: 1 }), finish()),
  );

  it('plays back what it was given, event by event, and when it was written', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 300 }), (events) => {
        const recording = recorded(events);
        expect([...recording]).toEqual(events);
        expect([...playBack(writtenOf(recording))]).toEqual(events);
        expect([...recording]).toEqual(events);
      }),
    );
  });

  it('plays back long runs', () => {
    const events = Array.from({ length: 1000 }, (_, at) => textDelta(`${String(at)} é😀`));
    const recording = recorded(events);
    expect([...recording]).toEqual(events);
    expect([...playBack(writtenOf(recording))]).toEqual(events);
  });

  it('plays back a piece of any length', () => {
    const events = ['a', 'b'.repeat(0xffff), 'c'.repeat(0x10000), 'd'].map(textDelta);
    expect([...playBack(writtenOf(recorded(events)))]).toEqual(events);
  });

  it('holds a copy of a piece, unless it is so long that many would not fit into a text', () => {
    const recording = new Recording();
    expect(recording.add(textDelta('b'.repeat(0xffff)))).toBe(false);
    expect(recording.add(textDelta('c'.repeat(0x10000)))).toBe(true);
  });

  it('plays back halves of a character that came in two pieces', () => {
    const events = [...'😀'.split('').map(textDelta), textDelta('é')];
    expect([...playBack(writtenOf(recorded(events)))]).toEqual(events);
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

  it('gives frozen events when it was written', () => {
    const written = writtenOf(recorded([textDelta('a'), toolCall('tool', { deep: [{}] })]));
    const [piece, call] = [...playBack(written)];
    const { deep } = (call as { input: { deep: [object] } }).input;
    for (const value of [piece, call, deep, deep[0]]) expect(Object.isFrozen(value)).toBe(true);
  });

  it('knows its last event', () => {
    expect(recorded([]).last).toBeUndefined();
    expect(recorded([start(), textDelta('a')]).last).toBeUndefined();
    expect(recorded([textDelta('a'), finish()]).last).toEqual(finish());
  });

  it('is written as a list of its pieces, and the other events as JSON', () => {
    const { events, pieces } = writtenOf(
      recorded([textDelta('wo'), textDelta('rd'), reasoning('so'), finish()]),
    );
    expect([...pieces]).toEqual(['wo', 'rd', 'so']);
    expect(JSON.parse(events)).toEqual([['text-delta', 2], ['reasoning-delta', 1], finish()]);
  });

  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  let deep: object = {};
  for (let level = 0; level < 100_000; level += 1) deep = { deep };

  it.each([
    ['goes in circles', circle],
    ['is too deep to be written', deep],
    ['JSON does not hold', new Date(0)],
  ])('is not written with what %s', (_, input) => {
    expect(recorded([toolCall('tool', input), finish()]).write()).toBeUndefined();
  });

  it('looks at what goes in circles once, not as often as the stack is deep', () => {
    let looks = 0;
    const input: Record<string, unknown> = {
      get other() {
        looks += 1;
        return 1;
      },
    };
    input['self'] = input;
    expect(recorded([toolCall('tool', input), finish()]).write()).toBeUndefined();
    expect(looks).toBeLessThan(3);
  });

  it('freezes what is within a start, but not its limits, and tells none of those', () => {
    const [inner, rateLimit] = [{ a: 1 }, { requests: { limit: 1 } }];
    const recording = recorded([{ ...start(), inner, rateLimit } as ChatEvent]);
    expect([inner, rateLimit].map(Object.isFrozen)).toEqual([true, false]);
    expect([...recording]).toEqual([{ ...start(), inner }]);
    expect([...playBack(writtenOf(recording))]).toEqual([{ ...start(), inner }]);
  });
});
