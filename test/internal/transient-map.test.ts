import { getHeapSpaceStatistics } from 'node:v8';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransientMap } from '../../src/internal/transient-map';
import { heapInUse } from '../support/heap';

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

  it('leaves no tables in old memory', () => {
    const map = new TransientMap<number, number>();
    const pass = (from: number, to: number): void => {
      for (let at = from; at < to; at += 1) {
        map.set(at, at);
        map.delete(at - 32);
      }
    };
    pass(0, 1000);
    heapInUse();
    heapInUse();
    const before = oldSpace();
    pass(1000, 50_000);
    expect(oldSpace() - before).toBeLessThan(1_000_000);
  });
});

function oldSpace(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')!
    .space_used_size;
}
