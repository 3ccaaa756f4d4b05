import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent, FinishReason } from '../../src/event/chat-event';
import { ToolCallAssembler } from '../../src/provider/tool-call-assembler';

function assemble(
  feed: (calls: ToolCallAssembler) => void,
  reason: FinishReason = 'tool-calls',
): { readonly deltas: readonly ChatEvent[]; readonly calls: readonly ChatEvent[] } {
  const events: ChatEvent[] = [];
  const assembler = new ToolCallAssembler({ emit: (event) => void events.push(event) });
  feed(assembler);
  const deltas = events.splice(0);
  assembler.finish(reason);
  return { deltas, calls: events };
}

describe('ToolCallAssembler', () => {
  it('numbers calls in the order in which they begin, whatever their keys', () => {
    const { deltas, calls } = assemble((assembler) => {
      assembler.add(7, { id: 'b', name: 'two', input: '[' });
      assembler.add('one', { id: 'a', name: 'one', input: '{}' });
      assembler.add(7, { input: ']' });
    });
    const at = { type: 'tool-call-delta' };
    expect(deltas).toEqual([
      { ...at, index: 0, id: 'b', name: 'two', input: '[' },
      { ...at, index: 1, id: 'a', name: 'one', input: '{}' },
      { ...at, index: 0, id: 'b', name: 'two', input: ']' },
    ]);
    expect(calls).toEqual([
      { type: 'tool-call', index: 0, id: 'b', name: 'two', input: [] },
      { type: 'tool-call', index: 1, id: 'a', name: 'one', input: {} },
    ]);
  });

  it('keeps a name and an id that were given once', () => {
    const { calls } = assemble((assembler) => {
      assembler.add(0, { id: 'a', name: 'weather' });
      assembler.add(0, { id: '', name: '', input: '{' });
      assembler.add(0, { id: null, name: null, input: null });
      assembler.add(0, { id: 'a', name: 'weather', input: '}' });
    });
    expect(calls).toEqual([{ type: 'tool-call', index: 0, id: 'a', name: 'weather', input: {} }]);
  });

  it('makes an id where the server gives none, and takes one that comes late', () => {
    const { deltas, calls } = assemble((assembler) => {
      assembler.add(0, { name: 'one' });
      assembler.add(1, { name: 'two' });
      assembler.add(0, { id: 'late' });
    });
    expect(deltas.map((event) => 'id' in event && event.id)).toEqual(['call_0', 'call_1']);
    expect(calls.map((event) => 'id' in event && event.id)).toEqual(['late', 'call_1']);
  });

  it('announces a call once, and then only what is new', () => {
    const { deltas } = assemble((assembler) => {
      assembler.add(0, { id: 'a', name: 'one', input: '' });
      assembler.add(0, { input: '' });
      assembler.add(0, {});
      assembler.add(0, { input: '{}' });
      assembler.complete(0, { input: '{}' });
    });
    expect(deltas.map((event) => 'input' in event && event.input)).toEqual(['', '{}']);
  });

  it.each<[FinishReason, string, unknown]>([
    ['tool-calls', '', [{ input: {} }]],
    ['tool-calls', ' \n', [{ input: {} }]],
    ['tool-calls', '{"a":', [{ input: '{"a":', invalid: true }]],
    ['stop', '{"a":', [{ input: '{"a":', invalid: true }]],
    ['length', '{"a":', []],
    ['length', '', []],
    ['length', '{"a":1}', [{ input: { a: 1 } }]],
    ['content-filter', '{"a":', []],
    ['unknown', '{"a":', []],
    ['unknown', '{"a":1}', [{ input: { a: 1 } }]],
    ['unknown', '', [{ input: {} }]],
  ])('on %s makes of the arguments %j: %j', (reason, input, expected) => {
    const { calls } = assemble(
      (assembler) => assembler.add(0, { id: 'a', name: 'f', input }),
      reason,
    );
    const rest = { type: 'tool-call', index: 0, id: 'a', name: 'f' };
    expect(calls).toEqual((expected as object[]).map((call) => ({ ...rest, ...call })));
  });

  it('keeps the numbers of the deltas when it drops a call', () => {
    const { calls } = assemble((assembler) => {
      assembler.add(0, { id: 'a', name: 'f', input: '{' });
      assembler.add(1, { id: 'b', name: 'f', input: '{}' });
    }, 'length');
    expect(calls).toEqual([{ type: 'tool-call', index: 1, id: 'b', name: 'f', input: {} }]);
  });

  it('takes arguments that are told whole, with and without pieces before', () => {
    const { deltas, calls } = assemble((assembler) => {
      assembler.add(0, { id: 'a', name: 'f', input: '{"x":' });
      assembler.complete(0, { input: '{"x":1}' });
      assembler.complete(1, { id: 'b', name: 'g', input: '{"y":2}' });
      assembler.complete(2, { id: 'c', name: 'h', input: '' });
    }, 'length');
    expect(deltas.map((event) => 'input' in event && event.input)).toEqual([
      '{"x":',
      '{"y":2}',
      '',
    ]);
    expect(calls.map((event) => 'input' in event && event.input)).toEqual([{ x: 1 }, { y: 2 }, {}]);
  });

  it('takes free text as it is, and drops it when it may be cut', () => {
    const feed = (assembler: ToolCallAssembler): void => {
      assembler.addText(0, { id: 'a', name: 'sql', input: 'DELETE FROM ' });
      assembler.addText(0, { input: 'a WHERE x' });
    };
    expect(assemble(feed).calls).toMatchObject([{ input: 'DELETE FROM a WHERE x' }]);
    expect(assemble(feed, 'length').calls).toEqual([]);
  });

  it('takes arguments that come as a value', () => {
    const input = { city: 'Rome' };
    const { deltas, calls } = assemble((assembler) => assembler.addValue({}, { name: 'f' }, input));
    expect(deltas).toMatchObject([{ name: 'f', input: '' }]);
    expect(calls).toMatchObject([{ name: 'f', input }]);
  });

  it('does not let arguments or names reach a prototype', () => {
    const { calls } = assemble((assembler) => {
      assembler.add('__proto__', {
        id: '__proto__',
        name: '__proto__',
        input: '{"__proto__":{"bad":1}}',
      });
      assembler.add('constructor', { id: 'c', name: 'constructor', input: '{"constructor":{}}' });
    });
    expect(calls.map((event) => 'name' in event && event.name)).toEqual([
      '__proto__',
      'constructor',
    ]);
    expect(({} as { bad?: unknown }).bad).toBeUndefined();
    const [first] = calls.map((event) => ('input' in event ? event.input : undefined));
    expect(Object.hasOwn(first as object, '__proto__')).toBe(true);
  });

  it('takes a deep value', () => {
    const depth = 100_000;
    const { calls } = assemble((assembler) =>
      assembler.add(0, { id: 'a', name: 'f', input: '['.repeat(depth) + ']'.repeat(depth) }),
    );
    expect(calls).toHaveLength(1);
    expect(calls[0]).not.toHaveProperty('invalid');
  });

  it('makes the same call of the same text, however it is cut', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.nat(60), { maxLength: 8 }), (value, cuts) => {
        const text = JSON.stringify(value);
        const ends = [...cuts, text.length].sort((a, b) => a - b);
        const { deltas, calls } = assemble((assembler) => {
          assembler.add(0, { id: 'a', name: 'f' });
          ends.forEach((end, index) => {
            assembler.add(0, { input: text.slice(index === 0 ? 0 : ends[index - 1], end) });
          });
        });
        expect(deltas.map((event) => ('input' in event ? event.input : '')).join('')).toBe(text);
        expect(calls).toMatchObject([{ input: JSON.parse(text) as unknown }]);
      }),
    );
  });

  it('emits one delta a piece of long arguments, and parses them once', () => {
    const text = JSON.stringify({ text: 'x'.repeat(200_000) });
    const { deltas, calls } = assemble((assembler) => {
      for (let at = 0; at < text.length; at += 20) {
        assembler.add(0, { id: 'a', name: 'f', input: text.slice(at, at + 20) });
      }
    });
    expect(deltas).toHaveLength(Math.ceil(text.length / 20));
    expect(calls).toHaveLength(1);
  });
});
