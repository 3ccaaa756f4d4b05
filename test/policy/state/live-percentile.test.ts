import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LivePercentile } from '../../../src/policy/state/live-percentile';

const after = (share: number, samples: readonly number[]): number => {
  const percentile = new LivePercentile(share, -1);
  for (const sample of samples) percentile.add(sample);
  return percentile.value;
};

describe('LivePercentile', () => {
  it.each([
    [0, 1],
    [0.5, 2],
    [0.9, 10],
    [0.95, 20],
    [0.99, 100],
  ])('%d needs %i samples', (share, enough) => {
    const samples = Array.from({ length: enough }, () => 5);
    expect(after(share, samples.slice(1))).toBe(-1);
    expect(after(share, samples)).toBe(5);
  });

  it.each([
    [0.5, 100, 56],
    [0.9, 100, 94],
    [0.95, 200, 195],
    [0.99, 200, 200],
  ])('%d of the numbers 1 to %i is %i', (share, count, expected) => {
    expect(
      after(
        share,
        Array.from({ length: count }, (_, at) => count - at),
      ),
    ).toBe(expected);
  });

  it('forgets all but the last two hundred', () => {
    const slow = Array.from({ length: 500 }, () => 9);
    const fast = Array.from({ length: 200 }, () => 1);
    expect(after(0.99, [...slow, ...fast])).toBe(1);
    expect(after(0.99, [...slow, ...fast.slice(1)])).toBe(9);
  });

  it('is a rank of the last two hundred: at most the standard error above the percentile', () => {
    const shares = fc.constantFrom(0, 0.1, 0.5, 0.9, 0.95, 0.99);
    fc.assert(
      fc.property(
        shares,
        fc.array(fc.nat(50), { minLength: 100, maxLength: 450 }),
        (share, all) => {
          const sorted = all.slice(-200).sort((a, b) => a - b);
          const value = after(share, all);
          const within = sorted.filter((sample) => sample <= value).length;
          const below = sorted.filter((sample) => sample < value).length;
          expect(within).toBeGreaterThanOrEqual(share * sorted.length - 1e-6);
          const error = Math.sqrt(sorted.length * share * (1 - share));
          expect(below).toBeLessThanOrEqual(share * (sorted.length + 1) + error + 1e-6);
          expect(sorted).toContain(value);
        },
      ),
    );
  });
});
