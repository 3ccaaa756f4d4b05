import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bag } from '../../src/internal/bag';

describe('Bag', () => {
  it('holds what was put in and not taken out', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 50 }), (steps) => {
        const items = Array.from({ length: 10 }, () => ({ place: 0 }));
        const bag = new Bag<{ place: number }>();
        const inside = new Set<{ place: number }>();
        for (const step of steps) {
          const item = items[step]!;
          if (inside.delete(item)) bag.remove(item);
          else {
            bag.add(item);
            inside.add(item);
          }
          expect(bag.size).toBe(inside.size);
          expect(new Set(bag)).toEqual(inside);
        }
      }),
    );
  });
});
