import { describe, expect, it } from 'vitest';
import { checkFunction, checkNumber, checkOneOf, MAX_DELAY } from '../../src/internal/options';

describe('checkNumber', () => {
  it.each([
    [0, {}],
    [0.5, {}],
    [Infinity, {}],
    [-1, { min: -1 }],
    [-Infinity, { min: -Infinity }],
    [5, { min: 5, max: 5 }],
    [3, { integer: true }],
    [Infinity, { integer: true }],
  ])('takes %d within %o', (value, range) => {
    expect(() => checkNumber('policy', 'option', value, range)).not.toThrow();
  });

  it.each([
    [-1, {}, 'a number of at least 0, got -1'],
    [NaN, {}, 'a number of at least 0, got NaN'],
    [0, { min: 1 }, 'a number of at least 1, got 0'],
    [6, { max: 5 }, 'a number of at least 0 and at most 5, got 6'],
    [0.5, { integer: true }, 'a whole number of at least 0, got 0.5'],
    [
      Infinity,
      { max: 9, integer: true },
      'a whole number of at least 0 and at most 9, got Infinity',
    ],
  ])('refuses %d within %o', (value, range, message) => {
    expect(() => checkNumber('policy', 'option', value, range)).toThrow(
      new RangeError(`policy: option must be ${message}`),
    );
  });

  it.each(['5', null, undefined, 5n, {}])('refuses %o, which is no number', (value) => {
    expect(() => checkNumber('policy', 'option', value as never)).toThrow(
      new TypeError(`policy: option must be a number, got ${typeof value}`),
    );
  });
});

describe('checkOneOf', () => {
  it('takes a word of the list, and no other value', () => {
    expect(() => checkOneOf('policy', 'order', 'input', ['input', 'completion'])).not.toThrow();
    for (const value of ['Input', '', undefined, 1]) {
      expect(() => checkOneOf('policy', 'order', value, ['input', 'completion'])).toThrow(
        new TypeError(`policy: order must be one of 'input', 'completion', got ${String(value)}`),
      );
    }
  });
});

describe('checkFunction', () => {
  it('takes a function, and no other value', () => {
    expect(() => checkFunction('policy', 'key', () => '')).not.toThrow();
    for (const value of ['id', undefined, {}]) {
      expect(() => checkFunction('policy', 'key', value)).toThrow(
        new TypeError(`policy: key must be a function, got ${typeof value}`),
      );
    }
  });
});

it('MAX_DELAY is the longest wait that Node does not cut to a millisecond', () => {
  expect(MAX_DELAY).toBe(0x7fffffff);
});
