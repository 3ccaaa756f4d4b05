import { describe, expect, it } from 'vitest';
import { type Lease, MemberHealth } from '../../../src/policy/state/member-health';

const rules = { failures: 3, base: 100, cap: 250 };

/** What happens at a time, and what is seen then: available, and for how long it is left out. */
type Row = readonly [
  at: number,
  what: 'look' | 'fail' | 'fail, the last one' | 'succeed' | 'leave' | 'begin' | 'end late',
  available: boolean,
  ejectedFor: number,
];

const fails = (at: number): Row[] => [
  [at, 'fail', true, 0],
  [at, 'fail', true, 0],
  [at, 'fail', false, 100],
];

const timelines: Readonly<Record<string, readonly Row[]>> = {
  'is left out after failures in a row, and comes back': [
    ...fails(0),
    [99, 'look', false, 1],
    [100, 'look', true, 0],
  ],
  'is not left out for failures with a success among them': [
    [0, 'fail', true, 0],
    [0, 'fail', true, 0],
    [0, 'succeed', true, 0],
    [0, 'fail', true, 0],
    [0, 'fail', true, 0],
  ],
  'is not left out for calls that tell nothing': [
    [0, 'fail', true, 0],
    [0, 'fail', true, 0],
    [0, 'leave', true, 0],
    [0, 'leave', true, 0],
    [0, 'fail', false, 100],
  ],
  'is asked one call at a time until one succeeds': [
    ...fails(0),
    [100, 'begin', false, 0],
    [150, 'look', false, 0],
    [150, 'end late', true, 0],
    [150, 'begin', true, 0],
    [150, 'begin', true, 0],
  ],
  'is asked again when the caller of its probe has left': [
    ...fails(0),
    [100, 'leave', true, 0],
    [100, 'begin', false, 0],
  ],
  'is asked again when its probe hangs': [
    ...fails(0),
    [100, 'begin', false, 0],
    [199, 'look', false, 0],
    [200, 'look', true, 0],
    [200, 'begin', false, 0],
  ],
  'is left out for longer each time that its probe fails, up to the cap': [
    ...fails(0),
    [100, 'fail', false, 200],
    [300, 'fail', false, 250],
    [550, 'fail', false, 250],
  ],
  'is forgiven an ejection for each time of its length in good service': [
    ...fails(0),
    [100, 'fail', false, 200],
    [300, 'fail', false, 250],
    [550, 'succeed', true, 0],
    [750, 'fail', true, 0],
    [750, 'fail', true, 0],
    [750, 'fail', false, 200],
  ],
  'is as good as new after a long time': [
    ...fails(0),
    [100, 'succeed', true, 0],
    ...fails(1_000_000),
  ],
  'is never left out when it is the last one': [
    [0, 'fail, the last one', true, 0],
    [0, 'fail, the last one', true, 0],
    [0, 'fail, the last one', true, 0],
    [0, 'fail, the last one', true, 0],
    [0, 'fail', false, 100],
  ],
};

describe('a member', () => {
  it.each(Object.entries(timelines))('%s', (_, rows) => {
    const health = new MemberHealth(rules);
    const late: Lease[] = [];
    const seen = rows.map(([at, what]): Row => {
      if (what === 'end late') health.succeed(late.shift()!, at);
      else if (what !== 'look') {
        const lease = health.begin(at);
        if (what === 'begin') late.push(lease);
        else if (what === 'leave') health.release(lease);
        else if (what === 'succeed') health.succeed(lease, at);
        else health.fail(lease, at, what === 'fail');
      }
      return [at, what, health.isAvailable(at), health.ejectedFor(at)];
    });
    expect(seen).toEqual(rows);
    expect(health.inFlight).toBe(late.length);
  });

  it('learns nothing from calls that began before it was left out', () => {
    const health = new MemberHealth(rules);
    const old = [1, 2, 3, 4, 5].map(() => health.begin(0));
    for (const lease of old.slice(0, 3)) health.fail(lease, 10, true);
    expect(health.ejectedFor(10)).toBe(100);
    health.fail(old[3]!, 20, true);
    health.succeed(old[4]!, 20);
    expect(health).toMatchObject({ inFlight: 0, failures: 3, proven: false });
    expect(health.ejectedFor(20)).toBe(90);
  });

  it('keeps the place of its probe when an older call ends', () => {
    const health = new MemberHealth(rules);
    const old = health.begin(0);
    for (let n = 0; n < 3; n += 1) health.fail(health.begin(0), 0, true);
    health.begin(100);
    health.release(old);
    expect(health.isAvailable(150)).toBe(false);
  });

  it('costs more with each call under way, however long nothing was heard', () => {
    const health = new MemberHealth(rules);
    health.hear(200, 0);
    health.begin(0);
    expect(health.cost(1e9, 70)).toBe(2);
  });

  it('is not left out where there are no rules for it', () => {
    const health = new MemberHealth(undefined);
    for (let n = 0; n < 100; n += 1) health.fail(health.begin(0), 0, true);
    expect(health).toMatchObject({ failures: 100, proven: true });
  });

  it('costs its time to the first output, for each call under way and one more', () => {
    const health = new MemberHealth(rules);
    expect(health.cost(0, 70)).toBe(70);
    health.hear(200, 0);
    expect(health.cost(0, 70)).toBe(200);
    health.begin(0);
    health.begin(0);
    expect(health.cost(0, 70)).toBe(600);
    expect(health.firstOutput).toBe(200);
  });

  it('costs twice as much with each failure in a row, for a while', () => {
    const health = new MemberHealth(rules);
    health.hear(200, 0);
    health.fail(health.begin(0), 0, true);
    health.fail(health.begin(0), 0, true);
    expect(health.cost(0, 70)).toBe(800);
    expect(health.cost(60_000, 70)).toBeCloseTo(((200 / Math.E) * 4) / Math.E, 9);
    health.succeed(health.begin(0), 0);
    expect(health.cost(0, 70)).toBe(200);
    const unknown = new MemberHealth(undefined);
    for (let n = 0; n < 5000; n += 1) unknown.fail(unknown.begin(0), 0, true);
    expect(unknown.cost(0, 70)).toBe(70 * 1024);
    expect(unknown.cost(60_000 * 7, 70)).toBe(70);
  });
});
