import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Place, WaitQueue } from '../../../src/policy/state/wait-queue';

const drain = <T>(queue: WaitQueue<T>): T[] => {
  const taken: T[] = [];
  while (queue.size > 0) taken.push(queue.take()!);
  return taken;
};

describe('WaitQueue', () => {
  it('is first in, first out', () => {
    const queue = new WaitQueue<string>();
    for (const name of ['a', 'b', 'c']) queue.join(name);
    expect(drain(queue)).toEqual(['a', 'b', 'c']);
    expect(queue.take()).toBeUndefined();
  });

  it('serves higher priorities first, and equal ones in the order of their coming', () => {
    const queue = new WaitQueue<string>();
    queue.join('low', -1);
    queue.join('a');
    queue.join('high', 2);
    queue.join('b');
    queue.join('between', 0.5);
    queue.join('highest', Infinity);
    queue.join('high too', 2);
    expect(drain(queue)).toEqual(['highest', 'high', 'high too', 'between', 'a', 'b', 'low']);
  });

  it('tells how many go first', () => {
    const queue = new WaitQueue<string>();
    queue.join('a');
    queue.join('b', 2);
    queue.join('c', 2);
    expect([3, 2, 1, 0, -1].map((priority) => queue.ahead(priority))).toEqual([0, 2, 2, 3, 3]);
  });

  it('lets anybody leave, once', () => {
    const queue = new WaitQueue<string>();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => queue.join(name));
    b!.leave();
    b!.leave();
    expect(queue.size).toBe(2);
    c!.leave();
    queue.join('d');
    expect(queue.take()).toBe('a');
    a!.leave();
    expect(drain(queue)).toEqual(['d']);
  });

  it('shows who is in it, in order, and lets them stay', () => {
    const queue = new WaitQueue<string>();
    expect(queue.first).toBeUndefined();
    queue.join('b');
    queue.join('a', 1);
    queue.join('c');
    expect(queue.first).toBe('a');
    expect([...queue]).toEqual(['a', 'b', 'c']);
    expect(queue.size).toBe(3);
  });

  it('can hold values that are nothing', () => {
    const queue = new WaitQueue<undefined>();
    queue.join(undefined);
    expect(queue.size).toBe(1);
    expect(queue.take()).toBeUndefined();
    expect(queue.size).toBe(0);
  });

  it('does what a sorted array would do', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ join: fc.integer({ min: -2, max: 2 }) }) },
      fc.record({ leave: fc.nat(20) }),
      fc.constant('take' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new WaitQueue<number>();
        const places: Place<number>[] = [];
        let model: { id: number; priority: number }[] = [];
        for (const what of steps) {
          if (what === 'take') {
            expect(queue.take()).toBe(model.shift()?.id);
          } else if ('join' in what) {
            const id = places.length;
            expect(queue.ahead(what.join)).toBe(
              model.filter(({ priority }) => priority >= what.join).length,
            );
            places.push(queue.join(id, what.join));
            model.push({ id, priority: what.join });
            model.sort((a, b) => b.priority - a.priority);
          } else {
            places[what.leave]?.leave();
            model = model.filter(({ id }) => id !== what.leave);
          }
          expect(queue.size).toBe(model.length);
        }
        expect(drain(queue)).toEqual(model.map(({ id }) => id));
      }),
    );
  });

  // Only ends in time if each costs the same, however many there are.
  it('takes a million that wait as easily as a few', { timeout: 60_000 }, () => {
    const count = 1_000_000;
    const queue = new WaitQueue<number>();
    const places: Place<number>[] = [];
    for (let id = 0; id < count; id += 1) places.push(queue.join(id, id % 3));
    // From the far end, where a search from the front would never end.
    for (let id = count - 1; id >= 0; id -= 2) places[id]!.leave();
    expect(queue.size).toBe(count / 2);
    let sum = 0;
    for (let left = count / 2; left > 0; left -= 1) sum += queue.take()!;
    expect(sum).toBe((count / 2) * (count / 2 - 1));
    expect(queue.size).toBe(0);
  });
});
