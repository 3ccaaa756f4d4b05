import { asyncScheduler, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { Alarms } from '../../src/internal/alarms';
import { adjustableClock } from '../support/adjustable-clock';

function setUp() {
  const clock = new VirtualTimeScheduler();
  const alarms = new Alarms(clock);
  // The clock begins when it is first read.
  expect(alarms.clock.time).toBe(0);
  const woken: [name: string, time: number][] = [];
  const set = (due: number, name: string, work?: () => void) =>
    alarms.set(due, {
      wake: (time) => {
        woken.push([name, time]);
        work?.();
      },
    });
  return { clock, alarms, woken, set };
}

describe('Alarms', () => {
  it('wakes each at its time, with one timer for all', () => {
    const { clock, woken, set } = setUp();
    set(20, 'b');
    set(30, 'c');
    set(20, 'b too');
    set(10, 'a');
    expect(clock.actions).toHaveLength(1);
    clock.flush();
    expect(woken.map(([, time]) => time)).toEqual([10, 20, 20, 30]);
    expect(woken.map(([name]) => name)).toEqual(['a', 'b', 'b too', 'c']);
    expect(clock.actions).toEqual([]);
  });

  it('has no timer left when no alarm is', () => {
    const { clock, alarms, woken, set } = setUp();
    const [one, other] = [set(10, 'a'), set(20, 'b')];
    alarms.clear(one);
    expect(clock.actions).toHaveLength(1);
    alarms.clear(other);
    expect(clock.actions).toEqual([]);
    clock.flush();
    expect(woken).toEqual([]);
  });

  it('wakes those who stay at their time, though an earlier one was taken back', () => {
    const { clock, alarms, woken, set } = setUp();
    const early = set(10, 'a');
    set(20, 'b');
    alarms.clear(early);
    clock.flush();
    expect(woken).toEqual([['b', 20]]);
  });

  it('takes alarms that are set and taken back while it wakes', () => {
    const { clock, alarms, woken, set } = setUp();
    const late = set(10, 'late');
    set(5, 'first', () => {
      set(5, 'at once');
      set(7, 'soon');
      alarms.clear(late);
    });
    clock.flush();
    expect(woken).toEqual([
      ['first', 5],
      ['at once', 5],
      ['soon', 7],
    ]);
    expect(clock.actions).toEqual([]);
  });

  it('wakes the others when one throws', () => {
    vi.useFakeTimers();
    const alarms = new Alarms(asyncScheduler);
    const woken: string[] = [];
    const set = (name: string, work?: () => never) =>
      alarms.set(alarms.clock.time + 5, {
        wake: () => {
          woken.push(name);
          work?.();
        },
      });
    set('bad', () => {
      throw new Error('mine');
    });
    set('good');
    expect(() => vi.advanceTimersByTime(5)).toThrow('mine');
    vi.advanceTimersByTime(1);
    expect(woken).toEqual(['bad', 'good']);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('waits longer than a timer can', () => {
    const { clock, woken, set } = setUp();
    set(2 ** 33, 'a');
    clock.flush();
    expect(woken).toEqual([['a', 2 ** 33]]);
  });

  it('sets its timer anew behind a clock that has begun again, as its timers may be gone', () => {
    const { clock: timers, adjust, runTo } = adjustableClock();
    const alarms = new Alarms(timers);
    const woken: string[] = [];
    const set = (due: number, name: string) =>
      alarms.set(due, { wake: () => void woken.push(name) });
    runTo(5);
    expect(alarms.clock.time).toBe(0);
    set(10, 'left over');
    // What a test with virtual time of its own leaves behind.
    timers.actions.length = 0;
    adjust(-1000);
    set(alarms.clock.time + 20, 'new');
    runTo(60);
    expect(woken).toEqual(['left over', 'new']);
  });
});
