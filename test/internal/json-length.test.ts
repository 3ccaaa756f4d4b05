import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonLength } from '../../src/internal/json-length';

describe('jsonLength', () => {
  it('is the length of the JSON, where nothing must be escaped', () => {
    const word = fc.stringMatching(/^[a-z ]*$/);
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 6 },
        word,
        fc.integer(),
        fc.boolean(),
        fc.constantFrom(null, undefined),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(word, tie('any'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(word, value, { noNullPrototype: true }), (object) => {
        expect(jsonLength(object)).toBe(JSON.stringify(object).length);
      }),
    );
  });

  it('takes what has a JSON of its own', () => {
    const at = new Date(0);
    expect(jsonLength({ at })).toBe(JSON.stringify({ at }).length);
    expect(jsonLength({ mute: { toJSON: () => undefined } })).toBeLessThan(20);
  });

  it.each(['goes in circles', 'is too deep to be written'])('throws for what %s', (what) => {
    const value: Record<string, unknown> = {};
    let inner = value;
    for (let level = 0; level < 100_000; level += 1) {
      const deeper: Record<string, unknown> = {};
      inner['deep'] = deeper;
      inner = deeper;
    }
    if (what === 'goes in circles') value['deep'] = value;
    expect(() => jsonLength(value)).toThrow();
  });
});
