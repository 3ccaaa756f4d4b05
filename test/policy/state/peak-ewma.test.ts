import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeakEwma } from '../../../src/policy/state/peak-ewma';

describe('PeakEwma', () => {
  it('knows nothing before the first sample', () => {
    const ewma = new PeakEwma(100);
    expect([ewma.mean, ewma.at(50)]).toEqual([undefined, undefined]);
  });

  it('believes a peak at once', () => {
    const ewma = new PeakEwma(100);
    ewma.add(10, 0);
    ewma.add(500, 1);
    expect(ewma.mean).toBe(500);
  });

  it('believes better news by and by', () => {
    const ewma = new PeakEwma(100);
    ewma.add(500, 0);
    ewma.add(10, 0);
    expect(ewma.mean).toBe(500);
    ewma.add(10, 100);
    expect(ewma.mean).toBeCloseTo(500 / Math.E + 10 * (1 - 1 / Math.E), 9);
    for (let time = 200; time < 1500; time += 100) ewma.add(10, time);
    expect(ewma.mean).toBeCloseTo(10, 2);
  });

  it('fades while there is no news, and shows what it was', () => {
    const ewma = new PeakEwma(100);
    ewma.add(500, 1000);
    expect(ewma.at(1000)).toBe(500);
    expect(ewma.at(1100)).toBeCloseTo(500 / Math.E, 9);
    expect(ewma.at(1e9)).toBe(0);
    expect(ewma.mean).toBe(500);
  });

  it('never leaves the range of its samples, nor falls behind the last one', () => {
    const samples = fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 1000 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(samples, (given) => {
        const ewma = new PeakEwma(100);
        let time = 0;
        for (const [after, sample] of given) {
          time += after;
          ewma.add(sample, time);
        }
        const all = given.map(([, sample]) => sample);
        expect(ewma.mean).toBeGreaterThanOrEqual(Math.min(...all) - 1e-9);
        expect(ewma.mean).toBeLessThanOrEqual(Math.max(...all) + 1e-9);
      }),
    );
  });
});
