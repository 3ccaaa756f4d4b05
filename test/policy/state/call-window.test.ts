import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CallWindow,
  CountWindow,
  type Ending,
  TimeWindow,
} from '../../../src/policy/state/call-window';

const good: Ending = { failed: false, slow: false };
const steps = fc.array(
  fc.tuple(fc.nat(40), fc.record({ failed: fc.boolean(), slow: fc.boolean() })),
  { maxLength: 60, size: 'max' },
);

/** Adds endings, each some time after the one before, and compares the tally with a count. */
function compare(
  window: CallWindow,
  given: readonly (readonly [number, Ending])[],
  isIn: (ending: { at: number; index: number }, now: number, made: number) => boolean,
): void {
  const all: (Ending & { at: number; index: number })[] = [];
  let now = 0;
  for (const [after, ending] of given) {
    now += after;
    window.add(ending, now);
    all.push({ ...ending, at: now, index: all.length });
    const within = all.filter((each) => isIn(each, now, all.length));
    expect(window.tally(now)).toEqual({
      calls: within.length,
      failed: within.filter(({ failed }) => failed).length,
      slow: within.filter(({ slow }) => slow).length,
    });
  }
}

describe('CountWindow', () => {
  it('counts the last calls', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), steps, (capacity, given) => {
        const isLast = ({ index }: { index: number }, _now: number, made: number): boolean =>
          index >= made - capacity;
        compare(new CountWindow(capacity), given, isLast);
      }),
    );
  });
});

describe('TimeWindow', () => {
  it('counts the calls of the last ten slots', () => {
    fc.assert(
      fc.property(fc.constantFrom(10, 50, 300), steps, (span, given) => {
        const slot = (time: number): number => Math.floor(time / (span / 10));
        compare(new TimeWindow(span), given, ({ at }, now) => slot(now) - slot(at) < 10);
      }),
    );
  });

  it.each([
    [890, 1],
    [899, 1],
    [900, 1],
    [999, 1],
    [1000, 0],
    [1_000_000, 0],
  ])('of 1000 ms counts at %i ms %i calls that ended at 99 ms', (now, calls) => {
    const window = new TimeWindow(1000);
    window.add(good, 99);
    expect(window.tally(now).calls).toBe(calls);
  });

  it('of any span counts all', () => {
    const window = new TimeWindow(Infinity);
    window.add(good, 1);
    window.add(good, 1e15);
    expect(window.tally(2e15).calls).toBe(2);
  });

  it('holds no more slots however long it runs', () => {
    const window = new TimeWindow(1000);
    for (let time = 0; time < 100_000; time += 50) window.add(good, time);
    expect(window.tally(100_000).calls).toBe(18);
  });
});

describe.each([
  ['CountWindow', () => new CountWindow(5)],
  ['TimeWindow', () => new TimeWindow(100)],
])('%s', (_, make) => {
  it('forgets all when cleared', () => {
    const window = make();
    for (let n = 0; n < 7; n += 1) window.add({ failed: true, slow: true }, n);
    window.clear();
    expect(window.tally(7)).toEqual({ calls: 0, failed: 0, slow: 0 });
    const fresh = make();
    for (const each of [window, fresh]) {
      for (let n = 0; n < 8; n += 1) each.add({ failed: n % 3 === 0, slow: n % 2 === 0 }, 8);
    }
    expect(window.tally(8)).toEqual(fresh.tally(8));
  });
});
