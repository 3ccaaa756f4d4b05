import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { SteadyClock } from '../../src/internal/steady-clock';
import { adjustableClock } from '../support/adjustable-clock';

function setUp() {
  const { clock: timers, ...rest } = adjustableClock();
  return { ...rest, timers, clock: new SteadyClock(timers) };
}

describe('SteadyClock', () => {
  it('begins at 0 when it is first read, and goes on with the clock', () => {
    const { clock, runTo } = setUp();
    runTo(50);
    expect(clock.time).toBe(0);
    runTo(75);
    expect(clock.time).toBe(25);
  });

  it('stands still when the clock steps back, then goes on', () => {
    const { clock, runTo, adjust } = setUp();
    expect(clock.time).toBe(0);
    runTo(10);
    expect(clock.time).toBe(10);
    adjust(-3_600_000);
    expect(clock.time).toBe(10);
    runTo(15);
    expect(clock.time).toBe(15);
  });

  it('reads both clocks at one look', () => {
    const { clock, timers, runTo, adjust } = setUp();
    const before = timers.now();
    expect(clock.read()).toEqual({ time: 0, now: before });
    runTo(10);
    adjust(-7);
    expect(clock.read()).toEqual({ time: 3, now: before + 3 });
    adjust(-2);
    expect(clock.read()).toEqual({ time: 3, now: before + 1 });
  });

  it('works at a time, which has then come whatever the clock says', () => {
    const { clock, runTo, adjust } = setUp();
    const worked: number[] = [];
    clock.at(100, () => worked.push(clock.time));
    runTo(40);
    adjust(-86_400_000);
    runTo(99);
    expect(worked).toEqual([]);
    runTo(100);
    expect(worked).toEqual([100]);
  });

  it.each([
    [20.000_000_1, 20],
    [20.2, 21],
    [-5, 0],
    [2 ** 40, 2 ** 31 - 1],
    [Infinity, 2 ** 31 - 1],
  ])('takes %d for a timer of %d ms', (due, delay) => {
    const { clock, timers } = setUp();
    clock.at(due, () => undefined);
    expect(timers.actions.map((action) => action.delay)).toEqual([delay]);
  });

  it('does not run fast where timers ring a little early', () => {
    const timers = new VirtualTimeScheduler();
    timers.now = () => Math.max(0, timers.frame - 9);
    const clock = new SteadyClock(timers);
    expect(clock.time).toBe(0);
    let rung = 0;
    const again = (): void => {
      rung += 1;
      expect(clock.time).toBeLessThanOrEqual(timers.frame);
      if (rung < 100) clock.at(clock.time + 15, again);
    };
    clock.at(15, again);
    timers.flush();
    expect(clock.time).toBe(timers.frame - 9);
  });

  it('has come to the time that it was asked for, wherever fractions end up', () => {
    for (let thousandth = 0; thousandth < 2000; thousandth += 1) {
      const timers = new VirtualTimeScheduler();
      const clock = new SteadyClock(timers);
      timers.schedule(() => {
        const due = clock.time + 7;
        clock.at(due, () => {
          expect(clock.time).toBeGreaterThanOrEqual(due);
        });
      }, thousandth / 1000);
      timers.flush();
    }
  });

  it('does nothing that was cancelled', () => {
    const { clock, timers } = setUp();
    clock.at(5, () => expect.fail()).unsubscribe();
    expect(timers.actions).toEqual([]);
  });
});
