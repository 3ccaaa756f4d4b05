import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemberHealth } from '../../../src/policy/state/member-health';
import { type Candidate, type Picker, pickers } from '../../../src/policy/state/pickers';
import { seededRandom } from '../../support/watch';

const make = (weights: readonly (number | undefined)[]): Candidate[] =>
  weights.map((weight, index) => ({
    index,
    name: 'abcdefgh'[index]!,
    health: new MemberHealth({ failures: 1, base: 1, cap: 1 }),
    weight,
  }));
const three = () => make([undefined, undefined, undefined]);

/** Who is picked, one after the other, as a text of names. */
const picks = (
  pick: Picker,
  candidates: readonly Candidate[],
  count: number,
  { then = (): unknown => undefined, session = (): string | undefined => undefined } = {},
): string =>
  Array.from({ length: count }, () => {
    const picked = pick(candidates, 0, session());
    then.call(picked);
    return picked.name;
  }).join('');
const share = (text: string, name: string): number => text.split(name).length - 1;
/** Who is picked gets a call that does not end. */
function keep(this: Candidate): void {
  this.health.begin(0);
}

describe('round-robin', () => {
  it('goes round', () => {
    expect(picks(pickers['round-robin'](), three(), 7)).toBe('abcabca');
  });

  it('goes on where it was when one is missing for a while', () => {
    const pick = pickers['round-robin']();
    const all = three();
    const [a, b, c] = all as [Candidate, Candidate, Candidate];
    expect(picks(pick, [a, b, c], 2)).toBe('ab');
    expect(picks(pick, [a, b], 3)).toBe('aba');
    expect(picks(pick, [a, b, c], 3)).toBe('bca');
    expect(picks(pick, [c], 2)).toBe('cc');
  });
});

describe('weighted', () => {
  it('mixes as nginx does', () => {
    expect(picks(pickers.weighted(), make([5, 1, 1]), 14)).toBe('aabacaaaabacaa');
  });

  it('is even without weights', () => {
    expect(picks(pickers.weighted(), three(), 6)).toBe('abcabc');
  });

  it('gives each its share, and is never a whole call off', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 100 }), (given, count) => {
        const total = given.reduce((sum, weight) => sum + weight, 0);
        const text = picks(pickers.weighted(), make(given), count);
        given.forEach((weight, index) => {
          const fair = (count * weight) / total;
          expect(Math.abs(share(text, 'abcde'[index]!) - fair)).toBeLessThan(given.length);
          if (count % total === 0) expect(share(text, 'abcde'[index]!)).toBe(fair);
        });
      }),
    );
  });
});

describe('weighted, after weights of another scale', () => {
  it('is soon fair again', () => {
    const pick = pickers.weighted();
    picks(pick, make([1000, 1000]), 1);
    expect(picks(pick, make([1, 1]), 8)).toBe('babababa');
  });

  it('is at most a few calls off', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(weights, weights, fc.nat(50), fc.nat(50), (before, given, first, count) => {
        const pick = pickers.weighted();
        picks(pick, make(before.map((weight) => weight * 1000)), first);
        const text = picks(pick, make(given), count);
        const total = given.reduce((sum, weight) => sum + weight, 0);
        given.forEach((weight, index) => {
          const fair = (count * weight) / total;
          expect(Math.abs(share(text, 'abc'[index]!) - fair)).toBeLessThan(4);
        });
      }),
    );
  });
});

describe('least-in-flight', () => {
  it('fills the least busy one, and goes round among equals', () => {
    const candidates = three();
    for (let n = 0; n < 2; n += 1) candidates[1]!.health.begin(0);
    expect(picks(pickers['least-in-flight'](), candidates, 6, { then: keep })).toBe('acacab');
    expect(picks(pickers['least-in-flight'](), three(), 6)).toBe('abcabc');
  });
});

describe('peak-ewma', () => {
  it('shares calls under way by how fast their first outputs come', () => {
    const candidates = three();
    candidates[0]!.health.hear(100, 0);
    candidates[1]!.health.hear(200, 0);
    candidates[2]!.health.hear(400, 0);
    const text = picks(pickers['peak-ewma'](), candidates, 70, { then: keep });
    expect(['a', 'b', 'c'].map((name) => share(text, name))).toEqual([40, 20, 10]);
  });

  it('takes one that never answered for as fast as the best, and for no faster', () => {
    const candidates = three();
    candidates[0]!.health.hear(100, 0);
    candidates[1]!.health.hear(10_000, 0);
    expect(picks(pickers['peak-ewma'](), candidates, 6, { then: keep })).toBe('acacac');
  });

  it('does not take one that fails at once for a fast one', () => {
    const candidates = three();
    const [good, , bad] = candidates as [Candidate, Candidate, Candidate];
    for (const { health } of [good, candidates[1]!]) health.hear(100, 0);
    const pick = pickers['peak-ewma']();
    function failing(this: Candidate): void {
      const lease = this.health.begin(0);
      if (this === bad) this.health.fail(lease, 0, false);
      else this.health.succeed(lease, 0);
    }
    expect(share(picks(pick, candidates, 300, { then: failing }), 'c')).toBe(1);
    expect(picks((all) => pick(all, 60_000), candidates, 3)).toContain('c');
  });

  it('tries one that was slow again after some time', () => {
    const candidates = make([1, 1]);
    const [fast, slow] = candidates as [Candidate, Candidate];
    slow.health.hear(2000, 0);
    const pick = pickers['peak-ewma']();
    const names: string[] = [];
    for (let time = 0; time <= 200_000; time += 1000) {
      fast.health.hear(100, time);
      names.push(pick(candidates, time).name);
    }
    const first = names.indexOf('b');
    // 60 s x ln(20), less what the fast one fades between two samples.
    expect(first).toBe(180);
  });
});

describe('power-of-two', () => {
  it('takes the better one of two that chance has drawn', () => {
    const candidates = three();
    candidates[0]!.health.hear(100, 0);
    candidates[1]!.health.hear(50, 0);
    candidates[2]!.health.hear(200, 0);
    const drawn = (...numbers: number[]): string =>
      pickers['power-of-two'](() => numbers.shift()!)(candidates, 0).name;
    expect([drawn(0, 0), drawn(0.4, 0), drawn(0, 0.6), drawn(0.99, 0), drawn(0.99, 0.99)]).toEqual([
      ...['b', 'b', 'a', 'a', 'b'],
    ]);
    expect(drawn(1, 1)).toBe('b');
  });

  it('asks no chance about the only one', () => {
    const pick = pickers['power-of-two'](() => {
      throw new Error('not needed');
    });
    expect(pick(make([1]), 0).name).toBe('a');
  });

  it('draws all alike', () => {
    const text = picks(pickers['power-of-two'](seededRandom(1)), three(), 9000);
    for (const name of 'abc') expect(Math.abs(share(text, name) - 3000)).toBeLessThan(150);
  });

  it('never picks the worst of three, and keeps the busiest close to the least busy', () => {
    const candidates = three();
    candidates.forEach(({ health }, at) => health.hear(at === 0 ? 1000 : 10, 0));
    const text = picks(pickers['power-of-two'](seededRandom(2)), candidates, 900);
    expect(share(text, 'a')).toBe(0);
    const even = make(Array(8).fill(1) as number[]);
    picks(pickers['power-of-two'](seededRandom(3)), even, 8000, { then: keep });
    const busy = even.map(({ health }) => health.inFlight);
    expect(Math.max(...busy) - Math.min(...busy)).toBeLessThan(10);
  });
});

describe('sticky', () => {
  const sessions = Array.from({ length: 3000 }, (_, n) => `session ${n}`);
  const homes = (candidates: readonly Candidate[]): string[] =>
    sessions.map((session) => pickers.sticky()(candidates, 0, session).name);

  it('spreads the sessions evenly', () => {
    const text = homes(three()).join('');
    for (const name of 'abc') expect(Math.abs(share(text, name) - 1000)).toBeLessThan(100);
  });

  it('moves only the sessions of the one that is lost, and all of them evenly', () => {
    const candidates = three();
    const before = homes(candidates);
    const after = homes(candidates.slice(1));
    const moved = before.flatMap((home, at) => (home === after[at] ? [] : [[home, after[at]!]]));
    expect(moved.every(([home]) => home === 'a')).toBe(true);
    expect(moved).toHaveLength(before.filter((home) => home === 'a').length);
    const text = moved.map(([, home]) => home).join('');
    expect(Math.abs(share(text, 'b') - share(text, 'c'))).toBeLessThan(150);
    expect(homes(candidates)).toEqual(before);
  });

  it('does not depend on the order of the members', () => {
    const candidates = three();
    expect(homes([...candidates].reverse())).toEqual(homes(candidates));
  });

  it('lets those without a session take turns', () => {
    expect(picks(pickers.sticky(), three(), 4)).toBe('abca');
  });
});

describe.each(['least-in-flight', 'peak-ewma', 'power-of-two'] as const)('%s', (by) => {
  it('picks first who has yet to prove itself', () => {
    const candidates = make([1, 1]);
    const { health } = candidates[1]!;
    health.hear(10_000, 0);
    health.fail(health.begin(0), 0, true);
    const pick = pickers[by](() => 0);
    expect(pick(candidates, 5).name).toBe('b');
    health.succeed(health.begin(5), 5);
    health.begin(5);
    expect(pick(candidates, 5).name).toBe('a');
  });
});
