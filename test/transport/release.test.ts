import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Release } from '../../src/transport/release';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Release', () => {
  it('takes no timer when the body ends in the same piece', async () => {
    const abort = vi.fn();
    const release = new Release(abort);
    release.linger();
    expect(vi.getTimerCount()).toBe(0);
    release.end();
    await Promise.resolve();
    expect(vi.getTimerCount()).toBe(0);
    expect(abort).not.toHaveBeenCalled();
  });

  it('gives its timer back when the body ends later', async () => {
    const abort = vi.fn();
    const release = new Release(abort);
    release.linger();
    await Promise.resolve();
    expect(vi.getTimerCount()).toBe(1);
    release.skip(65_536);
    release.end();
    expect(vi.getTimerCount()).toBe(0);
    expect(abort).not.toHaveBeenCalled();
  });

  it('aborts after 100 ms', async () => {
    const abort = vi.fn();
    new Release(abort).linger();
    await Promise.resolve();
    vi.advanceTimersByTime(99);
    expect(abort).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(abort).toHaveBeenCalledOnce();
  });

  it('aborts after 64 KiB', () => {
    const abort = vi.fn();
    const release = new Release(abort);
    release.skip(65_000);
    expect(abort).not.toHaveBeenCalled();
    release.skip(537);
    expect(abort).toHaveBeenCalledOnce();
    release.end();
  });
});
