import { describe, expect, it } from 'vitest';
import { CooldownGate, type Pass } from '../../../src/policy/state/cooldown-gate';

const setUp = ({ base = 1000, cap = 60_000, random = (): number => 0 } = {}): CooldownGate =>
  new CooldownGate({ base, cap, random });
/** Lets through as many as may go now. */
const passes = (gate: CooldownGate, time: number): Pass[] => {
  const out: Pass[] = [];
  while (out.length < 1000 && gate.admits(time)) out.push(gate.pass());
  return out;
};

describe('CooldownGate', () => {
  it('is open to all at first', () => {
    const gate = setUp();
    expect(gate.state(0)).toBe('open');
    expect(passes(gate, 0)).toHaveLength(1000);
  });

  it.each<readonly [string, Parameters<typeof setUp>[0], number | undefined, number]>([
    ['as long as the server says', {}, 1234.5, 1234.5],
    ['as long as the server says, with any luck', { random: () => 0.9 }, 5, 5],
    ['the base, where it says nothing', {}, undefined, 1000],
    ['the base and up to a quarter', { random: () => 0.5 }, undefined, 1125],
    ['the base, where it says nothing that is a time', {}, NaN, 1000],
    ['the base, where it says that no time is needed', {}, 0, 1000],
    ['no longer than the cap', { cap: 700 }, 5000, 700],
    ['no longer than the cap, luck included', { cap: 1100, random: () => 0.9 }, undefined, 1100],
  ])('pauses for %s', (_, pauses, hint, pause) => {
    const gate = setUp(pauses);
    expect(gate.refuse(gate.pass(), hint, 50)).toBe(true);
    expect(gate.until).toBe(50 + pause);
    expect(gate.state(49 + pause)).toBe('paused');
    expect(gate.admits(49 + pause)).toBe(false);
    expect(gate.state(50 + pause)).toBe('releasing');
    expect(gate.admits(50 + pause)).toBe(true);
  });

  it('pauses twice as long each time, until an attempt is accepted', () => {
    const gate = setUp({ cap: 10_000 });
    const lengths = [0, 1, 2, 3, 4, 5].map(() => {
      const time = gate.until === -Infinity ? 0 : gate.until;
      gate.refuse(gate.pass(), undefined, time);
      return gate.until - time;
    });
    expect(lengths).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
    gate.accept(gate.pass());
    const time = gate.until;
    gate.refuse(gate.pass(), undefined, time);
    expect(gate.until - time).toBe(1000);
  });

  it('never grows without bound', () => {
    const gate = setUp({ cap: Infinity });
    for (let n = 0; n < 2000; n += 1) gate.refuse(gate.pass(), undefined, 0);
    expect(gate.until).toBe(1000 * 2 ** 31);
    const still = setUp({ base: 0, cap: Infinity });
    for (let n = 0; n < 2000; n += 1) still.refuse(still.pass(), undefined, 0);
    expect(still.until).toBe(0);
  });

  it('lets one go after a pause, then twice as many each round', () => {
    const gate = setUp();
    gate.refuse(gate.pass(), 10, 0);
    const rounds = [];
    let out = passes(gate, 10);
    for (let round = 0; round < 6; round += 1) {
      rounds.push(out.length);
      out = out.flatMap((pass) => {
        gate.accept(pass);
        return passes(gate, 10);
      });
    }
    expect(rounds).toEqual([1, 2, 4, 8, 16, 32]);
    gate.open();
    expect(gate.state(10)).toBe('open');
    expect(passes(gate, 10)).toHaveLength(1000);
  });

  it('gives the place of one that says nothing to another', () => {
    const gate = setUp();
    gate.refuse(gate.pass(), 10, 0);
    const [probe] = passes(gate, 10);
    gate.release(probe!);
    gate.release(probe!);
    expect(passes(gate, 10)).toHaveLength(1);
  });

  it('counts an attempt once', () => {
    const gate = setUp();
    gate.refuse(gate.pass(), 10, 0);
    const [probe] = passes(gate, 10);
    gate.accept(probe!);
    gate.accept(probe!);
    gate.release(probe!);
    expect(passes(gate, 10)).toHaveLength(2);
  });

  it('does not mind what becomes of an attempt of an earlier generation', () => {
    const gate = setUp();
    const [one, two, three, four] = passes(gate, 0);
    gate.refuse(one!, 10, 0);
    expect(gate.refuse(two!, 5000, 3)).toBe(false);
    expect(gate.until).toBe(10);
    gate.accept(three!);
    gate.release(four!);
    const [probe, ...others] = passes(gate, 10);
    expect(others).toEqual([]);
    // Neither was a success of the present one: the next pause is the second in a row.
    gate.refuse(probe!, undefined, 10);
    expect(gate.until).toBe(2010);
    expect(gate.refuse(one!, undefined, 2020)).toBe(false);
    expect(passes(gate, 2020)).toHaveLength(1);
  });

  it('pauses for a refusal that comes after the acceptance, as within a stream', () => {
    const gate = setUp();
    const pass = gate.pass();
    gate.accept(pass);
    expect(gate.refuse(pass, 10, 0)).toBe(true);
    expect(gate.state(5)).toBe('paused');
  });
});
