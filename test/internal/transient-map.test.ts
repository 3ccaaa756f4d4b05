import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransientMap } from '../../src/internal/transient-map';

describe('TransientMap', () => {
  it('holds what a map holds', () => {
    const step = fc.record({ key: fc.nat({ max: 99 }), stays: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1000, size: 'max' }), (steps) => {
        const map = new TransientMap<number, number>();
        const expected = new Map<number, number>();
        steps.forEach(({ key, stays }, at) => {
          if (stays) {
            map.set(key, at);
            expected.set(key, at);
          } else {
            map.delete(key);
            expected.delete(key);
          }
        });
        for (let key = 0; key < 100; key += 1) expect(map.get(key)).toBe(expected.get(key));
      }),
    );
  });
});
