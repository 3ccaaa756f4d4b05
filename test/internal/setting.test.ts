import { BehaviorSubject, config, NEVER, Subject, Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Setting } from '../../src/internal/setting';

const positive = { min: 1 };

describe('Setting', () => {
  it('is the number that was given', () => {
    const setting = new Setting('policy', 'max', 3, positive);
    setting.follow(new Subscription());
    expect(setting.value).toBe(3);
  });

  it('refuses a number outside the range when it is made', () => {
    expect(() => new Setting('policy', 'max', 0, positive)).toThrow(
      'policy: max must be a number of at least 1, got 0',
    );
  });

  it('follows an Observable while a call runs, and keeps its last value', () => {
    const values = new BehaviorSubject(3);
    const seen: number[] = [];
    const setting: Setting = new Setting('policy', 'max', values, positive, () => {
      seen.push(setting.value);
    });
    expect(values.observed).toBe(false);
    const first = new Subscription();
    const second = new Subscription();
    setting.follow(first);
    setting.follow(second);
    values.next(4);
    values.next(4);
    first.unsubscribe();
    values.next(5);
    expect(values.observed).toBe(true);
    second.unsubscribe();
    expect(values.observed).toBe(false);
    values.next(6);
    expect(setting.value).toBe(5);
    setting.follow(new Subscription());
    expect(seen).toEqual([3, 4, 5, 6]);
  });

  it('says what to do when there is no value yet', () => {
    const setting = new Setting('policy', 'max', NEVER, positive);
    setting.follow(new Subscription());
    expect(() => setting.value).toThrow(
      'policy: max has no value yet; let its Observable begin with one, as a BehaviorSubject or startWith does',
    );
  });

  it('keeps its last value when the Observable completes', () => {
    const values = new BehaviorSubject(3);
    const setting = new Setting('policy', 'max', values, positive);
    setting.follow(new Subscription());
    values.complete();
    expect(setting.value).toBe(3);
  });

  describe('when the Observable misbehaves', () => {
    const reported: unknown[] = [];
    beforeEach(() => {
      vi.useFakeTimers();
      reported.length = 0;
      config.onUnhandledError = (error) => reported.push(error);
    });
    afterEach(() => {
      config.onUnhandledError = null;
      vi.useRealTimers();
    });

    it('reports a bad value aside and keeps the last good one', () => {
      const values = new BehaviorSubject(3);
      const setting = new Setting('policy', 'max', values, positive);
      setting.follow(new Subscription());
      values.next(-1);
      vi.runAllTimers();
      expect(reported).toEqual([
        new RangeError('policy: max must be a number of at least 1, got -1'),
      ]);
      expect(setting.value).toBe(3);
    });

    it('says what was bad of the first value to each call, until there is a good one', () => {
      const values = new BehaviorSubject(0);
      const setting = new Setting('policy', 'max', values, positive);
      setting.follow(new Subscription());
      const refusal = 'policy: max must be a number of at least 1, got 0';
      expect(() => setting.value).toThrow(refusal);
      expect(() => setting.value).toThrow(refusal);
      vi.runAllTimers();
      expect(reported).toEqual([]);
      values.next(2);
      expect(setting.value).toBe(2);
    });

    it('reports an error aside and keeps the last value', () => {
      const values = new Subject<number>();
      const setting = new Setting('policy', 'max', values, positive);
      setting.follow(new Subscription());
      values.next(3);
      const broken = new Error('no configuration');
      values.error(broken);
      vi.runAllTimers();
      expect(reported).toEqual([broken]);
      expect(setting.value).toBe(3);
    });
  });
});
