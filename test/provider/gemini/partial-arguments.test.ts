import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartialArguments } from '../../../src/provider/gemini/partial-arguments';

function build(...pieces: readonly object[]): unknown {
  const built = new PartialArguments();
  return built.add(pieces) ? built.value : 'no sense';
}

describe('PartialArguments', () => {
  it('puts each kind of value into its place', () => {
    const value = build(
      { jsonPath: '$.text', stringValue: 'x' },
      { jsonPath: '$.count', numberValue: 0 },
      { jsonPath: '$.flag', boolValue: false },
      { jsonPath: '$.none', nullValue: 'NULL_VALUE' },
      { jsonPath: '$.other', nullValue: null },
    );
    expect(value).toEqual({ text: 'x', count: 0, flag: false, none: null, other: null });
  });

  it('builds what is nested', () => {
    const value = build(
      { jsonPath: '$.a.b[0].c', numberValue: 1 },
      { jsonPath: '$.a.b[0].d', numberValue: 2 },
      { jsonPath: '$.a.b[1].c', numberValue: 3 },
      { jsonPath: '$.m[0][1]', numberValue: 4 },
    );
    expect(value).toEqual({ a: { b: [{ c: 1, d: 2 }, { c: 3 }] }, m: [[null, 4]] });
  });

  it.each([
    ["$['a b'].c", { 'a b': { c: 1 } }],
    ['$["a.b"]', { 'a.b': 1 }],
    [String.raw`$['it\'s']`, { "it's": 1 }],
    [String.raw`$["a\"b\\c"]`, { 'a"b\\c': 1 }],
    [String.raw`$['\u00fcber\n']`, { 'über\n': 1 }],
    ["$['']", { '': 1 }],
    ['$.größe', { größe: 1 }],
    ["$['0']", { 0: 1 }],
  ])('reads the path %s', (jsonPath, value) => {
    expect(build({ jsonPath, numberValue: 1 })).toEqual(value);
  });

  it('adds text to text, and puts other values in place of what was there', () => {
    const text = [
      { jsonPath: '$.a', stringValue: 'New ' },
      { jsonPath: '$.a', stringValue: 'York' },
      { jsonPath: '$.a', stringValue: '' },
    ];
    expect(build(...text)).toEqual({ a: 'New York' });
    expect(build(...text, { jsonPath: '$.a', numberValue: 2 })).toEqual({ a: 2 });
  });

  it('ignores pieces without a value', () => {
    expect(build({ jsonPath: '$.a', willContinue: true }, 7 as unknown as object)).toEqual({});
    expect(new PartialArguments().add(undefined)).toBe(true);
  });

  it.each([
    '',
    'a',
    '$',
    '$.',
    '$a',
    '$..a',
    '$.a[',
    '$.a[-1]',
    '$.a[*]',
    "$['a'",
    '$[0]',
    '$.a[10000]',
    '$.a[99999999999999999999]',
    `$${'.a'.repeat(101)}`,
  ])('finds no sense in the path %j', (jsonPath) => {
    expect(build({ jsonPath, numberValue: 1 })).toBe('no sense');
  });

  it.each([
    ['$.a.b', '$.a'],
    ['$.a[0]', '$.a'],
    ['$.a[0].x', '$.a.x'],
    ['$.a.x', '$.a[0]'],
  ])('finds no sense in %s after %s', (jsonPath, before) => {
    const first = { jsonPath: before, stringValue: 'x' };
    expect(build(first, { jsonPath, stringValue: 'y' })).toBe('no sense');
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'takes %s as the name of an argument and no more',
    (name) => {
      const value = build(
        { jsonPath: `$.${name}.polluted`, stringValue: 'yes' },
        { jsonPath: `$.deep['${name}'].polluted`, stringValue: 'yes' },
      );
      expect(JSON.stringify(value)).toBe(
        `{"${name}":{"polluted":"yes"},"deep":{"${name}":{"polluted":"yes"}}}`,
      );
      expect({}).not.toHaveProperty('polluted');
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(() => undefined).not.toHaveProperty('polluted');
    },
  );

  it('builds any value of its leaves', () => {
    const name = fc.string({ minLength: 1, maxLength: 4 });
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, leaf, tie('list'), tie('object')),
      list: fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
      object: fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 3 }),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 3 }), (wanted) => {
        expect(JSON.stringify(build(...leaves('$', wanted)))).toBe(JSON.stringify(wanted));
      }),
    );
  });
});

/** The leaves of a value as a server streams them, texts one character at a time. */
function leaves(jsonPath: string, value: unknown): readonly object[] {
  if (typeof value === 'string') {
    return ['', ...value].map((stringValue) => ({ jsonPath, stringValue }));
  }
  if (typeof value === 'number') return [{ jsonPath, numberValue: value }];
  if (typeof value === 'boolean') return [{ jsonPath, boolValue: value }];
  if (value === null) return [{ jsonPath, nullValue: 'NULL_VALUE' }];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => leaves(`${jsonPath}[${String(index)}]`, item));
  }
  return Object.entries(value as object).flatMap(([name, item]) =>
    leaves(`${jsonPath}[${JSON.stringify(name)}]`, item),
  );
}
