import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueHeap, type Due } from '../../../src/policy/state/due-heap';

const item = (due: number): Due => ({ due, place: -1 });

describe('DueHeap', () => {
  it('has no first item when it is empty', () => {
    const heap = new DueHeap();
    const only = item(1);
    heap.add(only);
    expect(heap.first).toBe(only);
    heap.remove(only);
    expect(heap.first).toBeUndefined();
  });

  it('always has the earliest first, whatever is added and taken out', () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ remove: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const heap = new DueHeap();
        const model: Due[] = [];
        for (const each of steps) {
          if ('add' in each) {
            const added = item(each.add);
            heap.add(added);
            model.push(added);
          } else if (model.length > 0) {
            const [removed] = model.splice(each.remove % model.length, 1);
            heap.remove(removed!);
          }
          const least = model.length === 0 ? undefined : Math.min(...model.map(({ due }) => due));
          expect(heap.first?.due).toBe(least);
        }
        const rest: number[] = [];
        for (let { first } = heap; first; { first } = heap) {
          rest.push(first.due);
          heap.remove(first);
        }
        expect(rest).toEqual(model.map(({ due }) => due).sort((one, other) => one - other));
      }),
    );
  });
});
