import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJson } from '../../src/internal/is-json';

describe('isJson', () => {
  it('tells what comes back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(isJson(value)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.anything({ withDate: true, withMap: true, withTypedArray: true }), (value) => {
        fc.pre(isJson(value));
        // A field without a value is none; there is one zero.
        expect(JSON.parse(JSON.stringify(value))).toEqual(normal(value));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', new Uint8Array(1)],
    ['what a class made', new (class Own {})()],
    ['a function', () => undefined],
    ['a symbol', Symbol('own')],
    ['a bigint', 1n],
    ['infinity', Infinity],
    ['not a number', NaN],
    ['a hole', Array.from({ length: 1 })],
    ['a JSON of its own', { toJSON: () => 1 }],
  ])('is not taken in by %s', (_, value) => {
    expect(isJson(value)).toBe(false);
    expect(isJson({ in: [{ it: value }] })).toBe(false);
  });

  it('takes a field without a value for none, and an object without a prototype', () => {
    expect(isJson({ none: undefined, some: null })).toBe(true);
    expect(isJson(Object.assign(Object.create(null), { a: 1 }))).toBe(true);
  });

  it('throws for a circle', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => isJson(circle)).toThrow(RangeError);
  });
});

function normal(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(normal);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, normal(field)]));
}
