import { describe, expect, it } from 'vitest';
import { TokenCalibration } from '../../../src/policy/state/token-calibration';

describe('TokenCalibration', () => {
  it('believes the estimate, and the most that the answer may have, until it knows better', () => {
    const calibration = new TokenCalibration();
    expect(calibration.expect(100, undefined)).toBe(100);
    expect(calibration.expect(100, 50)).toBe(150);
  });

  it('mends both by what answers really used', () => {
    const calibration = new TokenCalibration();
    calibration.add(100, { inputTokens: 150, outputTokens: 20 });
    expect(calibration.expect(10, undefined)).toBe(35);
    expect(calibration.expect(10, 1000)).toBe(35);
    expect(calibration.expect(10, 5)).toBe(20);
  });

  it('minds large requests more than small ones', () => {
    const calibration = new TokenCalibration();
    calibration.add(10, { inputTokens: 100 });
    calibration.add(10_000, { inputTokens: 10_000 });
    expect(calibration.expect(1000, undefined)).toBeLessThan(1020);
  });

  it('follows a change within some dozens of answers', () => {
    const calibration = new TokenCalibration();
    for (let n = 0; n < 1000; n += 1) {
      calibration.add(100, { inputTokens: 100, outputTokens: 100 });
    }
    for (let n = 0; n < 60; n += 1) calibration.add(100, { inputTokens: 200, outputTokens: 10 });
    expect(calibration.expect(100, undefined)).toBeGreaterThan(200);
    expect(calibration.expect(100, undefined)).toBeLessThan(220);
  });

  it('learns nothing from what was not counted', () => {
    const calibration = new TokenCalibration();
    calibration.add(100, {});
    calibration.add(0, { inputTokens: 500 });
    for (const odd of [-1, NaN, Infinity]) {
      calibration.add(100, { inputTokens: odd, outputTokens: odd });
    }
    expect(calibration.expect(100, 50)).toBe(150);
    calibration.add(100, { outputTokens: 7 });
    expect(calibration.expect(100, 50)).toBe(107);
  });

  it('expects no more than can be counted, whatever a server says', () => {
    const calibration = new TokenCalibration();
    calibration.add(1, { inputTokens: 1e300, outputTokens: 1e300 });
    expect(calibration.expect(1e9, undefined)).toBe(Number.MAX_SAFE_INTEGER);
  });
});
