import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../../src/error/llm-error';
import { deepEqual } from '../../src/testing/deep-equal';

class Point {
  constructor(readonly x: number) {}
}

class Mark {}

const cycle = (): unknown => {
  const ring: { self?: unknown; n: number } = { n: 1 };
  ring.self = ring;
  return ring;
};
const shared = { n: 1 };
const failure = (kind: 'network' | 'server', message = 'm'): LlmError =>
  new LlmError(message, { kind, cause: { n: 1 } });

describe('deepEqual', () => {
  it.each<[string, unknown, unknown]>([
    ['NaN', NaN, NaN],
    ['zeros', 0, -0],
    ['nested objects', { a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] }],
    ['fields in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['maps', new Map([['a', [1]]]), new Map([['a', [1]]])],
    ['sets', new Set([1, 2]), new Set([1, 2])],
    ['dates', new Date(7), new Date(7)],
    ['patterns', /a/g, /a/g],
    ['bytes', new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    ['instances of a class', new Point(1), new Point(1)],
    ['instances of a class without fields', new Mark(), new Mark()],
    ['errors without a message', new Error(), new Error()],
    ['addresses', new URL('https://a.test'), new URL('https://a.test')],
    ['headers', new Headers({ a: '1' }), new Headers({ A: '1' })],
    ['buffers', Uint8Array.of(1).buffer, Uint8Array.of(1).buffer],
    ['boxed numbers', Object(1), Object(1)],
    ['errors made at different places', failure('network'), failure('network')],
    ['cycles', cycle(), cycle()],
    ['one object twice, and two equal ones', [shared, shared], [{ n: 1 }, { n: 1 }]],
    ['objects without a prototype', Object.create(null), Object.create(null)],
  ])('takes as equal: %s', (_, a, b) => {
    expect(deepEqual(a, b)).toBe(true);
  });

  it.each<[string, unknown, unknown]>([
    ['a number and its text', 1, '1'],
    ['null and undefined', null, undefined],
    ['a missing and an undefined field', {}, { a: undefined }],
    ['other undefined fields', { a: undefined }, { b: undefined }],
    ['a field more', { a: 1 }, { a: 1, b: 2 }],
    ['another field', { a: 1 }, { b: 1 }],
    ['another value deep inside', { a: [1, { b: 'x' }] }, { a: [1, { b: 'y' }] }],
    ['arrays of another length', [1], [1, 2]],
    ['an array and an object', [], {}],
    ['maps', new Map([['a', 1]]), new Map([['a', 2]])],
    ['sets', new Set([1]), new Set([2])],
    ['dates', new Date(7), new Date(8)],
    ['patterns', /a/g, /a/i],
    ['bytes', new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    ['addresses', new URL('https://a.test'), new URL('https://b.test')],
    ['parameters', new URLSearchParams('a=1'), new URLSearchParams('a=2')],
    ['headers', new Headers({ a: '1' }), new Headers({ a: '2' })],
    ['buffers', Uint8Array.of(1).buffer, Uint8Array.of(2).buffer],
    ['boxed numbers', Object(1), Object(2)],
    ['what can not be looked into', Promise.resolve(1), Promise.resolve(1)],
    ['an instance and a plain object', new Point(1), { x: 1 }],
    ['errors of another message', failure('network'), failure('network', 'n')],
    ['errors of another kind', failure('network'), failure('server')],
    ['errors of another class', new Error('m'), new TypeError('m')],
    ['errors of another cause', new Error('m', { cause: 1 }), new Error('m', { cause: 2 })],
    ['functions', () => 1, () => 1],
    ['a cycle and its unrolling', cycle(), { n: 1, self: { n: 1, self: {} } }],
  ])('tells apart: %s', (_, a, b) => {
    expect(deepEqual(a, b)).toBe(false);
    expect(deepEqual(b, a)).toBe(false);
  });

  it('takes any value as equal to its copy', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true, withMap: true, withSet: true }), (value) => {
        expect(deepEqual(value, structuredClone(value))).toBe(true);
      }),
    );
  });
});
