import { describe, expect, it } from 'vitest';
import { AimdLimit, type LearningLimit } from '../../../src/policy/state/aimd-limit';
import { GradientLimit } from '../../../src/policy/state/gradient-limit';
import { seededRandom } from '../../support/watch';

const bounds = { min: 1, max: 100, initial: 10 };
const kinds = [
  ['aimd', () => new AimdLimit(bounds)],
  ['gradient2', () => new GradientLimit(bounds)],
] as const;

/** A whole round of calls that all take so long. */
function round(limit: LearningLimit, time: number, inFlight = Math.floor(limit.limit)): number {
  const calls = Math.ceil(limit.limit);
  const { round: began } = limit;
  for (let n = 0; n < calls; n += 1) limit.answered({ round: began, inFlight }, time);
  return limit.limit;
}

describe.each(kinds)('the limit of %s', (_, make) => {
  it('begins as told', () => {
    expect(make().limit).toBe(10);
  });

  it('grows while answers come as usual, by one or two a round', () => {
    const limit = make();
    for (let n = 0; n < 10; n += 1) {
      const before = limit.limit;
      const grown = round(limit, 100) - before;
      expect(grown).toBeGreaterThan(0.3);
      expect(grown).toBeLessThan(2.5);
    }
  });

  it('does not grow when it is not used', () => {
    const limit = make();
    for (let n = 0; n < 10; n += 1) round(limit, 100, 4);
    expect(limit.limit).toBe(10);
  });

  it('shrinks by a tenth for an overload, once for all calls that began before', () => {
    const limit = make();
    const sample = { round: limit.round, inFlight: 10 };
    limit.overloaded(sample);
    limit.overloaded(sample);
    expect(limit.limit).toBeCloseTo(9);
    limit.overloaded({ round: limit.round, inFlight: 9 });
    expect(limit.limit).toBeCloseTo(8.1);
  });

  it('keeps within its bounds', () => {
    const limit = make();
    for (let n = 0; n < 100; n += 1) limit.overloaded({ round: limit.round, inFlight: 10 });
    expect(limit.limit).toBe(1);
    for (let n = 0; n < 2_000; n += 1) round(limit, 100);
    expect(limit.limit).toBe(100);
  });

  it('is not stopped by answers that take no time', () => {
    const limit = make();
    expect(round(limit, 0)).toBeGreaterThan(10);
    expect(round(limit, 5)).toBeGreaterThan(1);
    expect(Number.isFinite(limit.limit)).toBe(true);
  });

  it.each([1, 2, 3])('follows a server whose capacity moves (seed %i)', (seed) => {
    const limit = make();
    const { rates } = serve(limit, seed, [
      [0, 20],
      [15_000, 5],
      [30_000, 20],
    ]);
    for (const rate of rates) {
      expect(rate).toBeGreaterThan(0.5);
      expect(rate).toBeLessThan(1.5);
    }
  });
});

describe('the limit of gradient2', () => {
  it('shrinks when answers take much longer than usual', () => {
    const limit = new GradientLimit(bounds);
    for (let n = 0; n < 5; n += 1) round(limit, 100);
    const before = limit.limit;
    expect(round(limit, 400)).toBeLessThan(before * 0.95);
  });

  it('tolerates times up to half again as long', () => {
    const limit = new GradientLimit(bounds);
    for (let n = 0; n < 5; n += 1) round(limit, 100);
    const before = limit.limit;
    expect(round(limit, 145)).toBeGreaterThan(before);
  });

  it('grows by more than one a round, as a round is as long as a first token takes', () => {
    const limit = new GradientLimit(bounds);
    const before = limit.limit;
    expect(round(limit, 100) - before).toBeGreaterThan(1);
  });

  it('soon takes a shorter time for the usual one', () => {
    const limit = new GradientLimit(bounds);
    round(limit, 1_000);
    for (let n = 0; n < 5; n += 1) round(limit, 100);
    const before = limit.limit;
    expect(round(limit, 400)).toBeLessThan(before);
  });

  it('builds up a short queue only, where aimd waits for an overload', () => {
    const steady = [[0, 20]] as const;
    const { queue } = serve(new GradientLimit(bounds), 1, steady);
    expect(queue).toBeLessThan(20);
    expect(queue).toBeLessThan(serve(new AimdLimit(bounds), 1, steady).queue);
  });
});

/**
 * A server with so many workers from each time on, which takes 500 ms a call and queues up to 30,
 * and clients that always want more. Tells the rate of calls against the capacity
 * in the last 5 s before each change and the end, and the queue at the end.
 */
function serve(
  limit: LearningLimit,
  seed: number,
  phases: readonly (readonly [from: number, workers: number])[],
): { rates: number[]; queue: number } {
  const random = seededRandom(seed);
  const agenda = new Map<number, (() => void)[]>();
  const at = (time: number, work: () => void): void => {
    const tick = Math.ceil(time);
    agenda.set(tick, [...(agenda.get(tick) ?? []), work]);
  };
  const queue: (() => void)[] = [];
  let now = 0;
  let workers = 0;
  let busy = 0;
  let inFlight = 0;
  let calls = 0;

  const work = (): void => {
    while (busy < workers && queue.length > 0) {
      busy += 1;
      const done = queue.shift()!;
      at(now + 250 + random() * 500, () => {
        busy -= 1;
        calls += 1;
        done();
        work();
      });
    }
  };
  const ask = (): void => {
    while (inFlight < Math.max(1, Math.floor(limit.limit))) {
      inFlight += 1;
      const begun = now;
      const sample = { round: limit.round, inFlight };
      if (queue.length < 30) {
        queue.push(() => {
          inFlight -= 1;
          limit.answered({ ...sample, inFlight: inFlight + 1 }, now - begun);
          ask();
        });
        work();
      } else {
        at(now + 50, () => {
          inFlight -= 1;
          calls += 1;
          limit.overloaded(sample);
          ask();
        });
      }
    }
  };

  const rates: number[] = [];
  const changes = [...phases.map(([from]) => from).slice(1), 45_000];
  for (const [from, count] of phases) {
    at(from, () => {
      workers = count;
      work();
    });
  }
  at(0, ask);
  for (; now <= 45_000; now += 1) {
    if (changes.some((change) => change === now + 5_000)) calls = 0;
    if (changes.includes(now)) rates.push(calls / 5 / (workers * 2));
    for (const task of agenda.get(now) ?? []) task();
    agenda.delete(now);
  }
  return { rates, queue: queue.length };
}
