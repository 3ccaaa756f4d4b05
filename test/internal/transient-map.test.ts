import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransientMap } from '../../src/internal/transient-map';

describe('TransientMap', () => {
  it('holds what a map holds, however much goes', () => {
    const stay = fc.array(fc.nat({ max: 20 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(stay, { minLength: 20, maxLength: 20 }), (rounds) => {
        const map = new TransientMap<number, string>();
        const expected = new Map<number, string>();
        rounds.forEach((stays, round) => {
          for (let key = 0; key <= 20; key += 1) {
            map.set(key, `${String(key)} of ${String(round)}`);
            expected.set(key, `${String(key)} of ${String(round)}`);
          }
          for (let key = 0; key <= 21; key += 1) {
            if (stays.includes(key)) continue;
            map.delete(key);
            expected.delete(key);
          }
          for (let key = 0; key <= 21; key += 1) expect(map.get(key)).toBe(expected.get(key));
        });
      }),
      { endOnFailure: true },
    );
  });
});
