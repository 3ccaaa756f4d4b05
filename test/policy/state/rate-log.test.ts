import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLog } from '../../../src/policy/state/rate-log';

describe('RateLog', () => {
  it('counts an amount for a window, and a little longer', () => {
    const log = new RateLog(1000);
    log.add(3, 0);
    log.add(2, 500);
    expect(log.used(1029)).toBe(5);
    expect(log.used(1030)).toBe(2);
    expect(log.used(1530)).toBe(0);
  });

  it('counts what came at about the same moment until the last of it has left', () => {
    const log = new RateLog(1000);
    log.add(3, 0);
    log.add(2, 3);
    expect(log.used(1032)).toBe(5);
    expect(log.used(1033)).toBe(0);
  });

  it('says when there is room', () => {
    const log = new RateLog(1000);
    log.add(3, 0);
    log.add(2, 500);
    expect(log.due(5, 10, 600)).toBe(600);
    expect(log.due(6, 10, 600)).toBe(1030);
    expect(log.due(8, 10, 600)).toBe(1030);
    expect(log.due(9, 10, 600)).toBe(1530);
    expect(log.due(0, 5, 600)).toBe(600);
  });

  it.each([
    // Five go now, three at 1030 and two at 1530; then these make room again, in the same order.
    [5, 600],
    [6, 1030],
    [8, 1030],
    [9, 1530],
    [10, 1530],
    [11, 1630],
    [15, 1630],
    [16, 2060],
    [20, 2560],
    [25, 2660],
    [995, 600 + 1030 * 99],
  ])('says when those who wait for %i have room, if all go as soon as they can', (ahead, due) => {
    const log = new RateLog(1000);
    log.add(3, 0);
    log.add(2, 500);
    expect(log.due(ahead, 10, 600)).toBe(due);
  });

  it('changes an amount to what it really was, as long as it counts', () => {
    const log = new RateLog(1000);
    const early = log.add(10, 0);
    log.mend(early, -6);
    expect(log.used(10)).toBe(4);
    expect(log.due(6, 10, 10)).toBe(10);
    const late = log.add(10, 20);
    log.add(1, 900);
    expect(log.used(1100)).toBe(1);
    log.mend(late, 40);
    expect(log.used(1100)).toBe(1);
  });

  it('keeps no rest of sums of fractions', () => {
    const log = new RateLog(1000);
    for (let n = 0; n < 10; n += 1) log.add(0.1, n);
    expect(log.used(2000)).toBe(0);
  });

  it('counts what others use, until then', () => {
    const log = new RateLog(1000);
    log.add(3, 0);
    log.hear(8, 700, 100);
    expect(log.used(100)).toBe(8);
    expect(log.due(2, 10, 100)).toBe(100);
    expect(log.due(3, 10, 100)).toBe(700);
    expect(log.due(7, 10, 100)).toBe(700);
    expect(log.due(8, 10, 100)).toBe(1030);
    expect(log.used(700)).toBe(3);
  });

  it.each([
    ['less than is known', 2, 3],
    ['something new', 5, 5],
  ])('forgets what others used when it hears of %s', (_, used, now) => {
    const log = new RateLog(1000);
    log.add(3, 0);
    log.hear(9, 900, 10);
    log.hear(used, 900, 20);
    expect(log.used(20)).toBe(now);
  });

  it('waits for those who use it up', () => {
    const log = new RateLog(1000);
    log.hear(10, 700, 0);
    expect(log.due(1, 10, 0)).toBe(700);
  });

  // So short a window keeps apart what comes in different milliseconds.
  const per = 256;
  const stay = 264;
  const step = fc.record({ after: fc.nat(120), amount: fc.nat(40) });

  it('never has more in any window than the limit, and lets nobody wait in vain', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const log = new RateLog(per);
        const added: { at: number; amount: number }[] = [];
        const within = (from: number, to: number): number =>
          added.reduce((sum, { at, amount }) => sum + (at >= from && at < to ? amount : 0), 0);
        let time = 0;
        for (const { after, amount } of steps) {
          time += after;
          let earliest = time;
          while (within(earliest - stay + 1, Infinity) + amount > 50) earliest += 1;
          expect(log.due(amount, 50, time)).toBe(earliest);
          time = earliest;
          log.add(amount, time);
          added.push({ at: time, amount });
        }
        for (const { at } of added) expect(within(at, at + per)).toBeLessThanOrEqual(50);
      }),
    );
  });

  it('says of a crowd what becomes of it, one by one', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.integer({ min: 1, max: 70 }),
        (before, many) => {
          const log = new RateLog(per);
          let time = 0;
          for (const { after, amount } of before) {
            time += after;
            time = log.due(amount, 50, time);
            log.add(amount, time);
          }
          const forecast = log.due(many, 50, time);
          for (let n = 1; n < many; n += 1) {
            time = log.due(1, 50, time);
            log.add(1, time);
          }
          expect(Math.abs(log.due(1, 50, time) - forecast)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('costs the same for a limit of any size', { timeout: 20_000 }, () => {
    const log = new RateLog(60_000);
    let time = 0;
    for (let n = 0; n < 1_000_000; n += 1) {
      time = Math.max(time + 0.01, log.due(1, 100_000, time));
      log.add(1, time);
    }
    // A million at a hundred thousand a minute are nine full windows, and a part of the tenth.
    expect(time).toBeGreaterThan(9 * 60_000);
    expect(time).toBeLessThan(9 * 60_000 * 1.05 + 2000);
  });
});
