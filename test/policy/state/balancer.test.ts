import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Balancer, type Turn } from '../../../src/policy/state/balancer';
import { pickers } from '../../../src/policy/state/pickers';
import { seededRandom } from '../../support/watch';

const BASE = 100;
const rules = { failures: 2, base: BASE, cap: 250 };

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant('begin' as const) },
  fc.tuple(fc.constantFrom('hear', 'succeed', 'release'), fc.noBias(fc.nat(99))),
  { weight: 2, arbitrary: fc.tuple(fc.constant('fail'), fc.noBias(fc.nat(99))) },
  fc.constantFrom(1, 30, 100, 300),
);

describe.each(Object.keys(pickers) as (keyof typeof pickers)[])('a balancer by %s', (by) => {
  it('asks nobody who is left out, finds out with one call at a time, and has always one left', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 80, size: 'max' }),
        (size, steps) => {
          const names = ['a', 'b', 'c', 'd'].slice(0, size);
          const balancer = new Balancer(names, pickers[by](seededRandom(1)), rules);
          const running: Turn[] = [];
          const probes = new Map<Turn, number>();
          let time = 0;
          for (const what of steps) {
            if (typeof what === 'number') time += what;
            else if (what === 'begin') {
              const before = new Map(
                balancer.members.map(({ name, health }) => [name, health.ejectedFor(time)]),
              );
              const turn = balancer.begin(time, String(running.length))!;
              running.push(turn);
              expect(before.get(turn.member.name)).toBe(0);
              if (turn.member.health.proven) continue;
              const others = [...probes].filter(
                ([{ member }, since]) => member === turn.member && time - since < BASE,
              );
              expect(others).toEqual([]);
              probes.set(turn, time);
            } else if (running.length > 0) {
              const [how, pick] = what;
              const at = pick % running.length;
              const turn = running[at]!;
              if (how === 'hear') balancer.hear(turn, time, pick);
              else {
                running.splice(at, 1);
                probes.delete(turn);
                balancer.end(turn, time, how === 'release' ? undefined : how === 'fail');
              }
            }
            expect(balancer.members.some(({ health }) => health.proven)).toBe(true);
            for (const member of balancer.members) {
              const own = running.filter((turn) => turn.member === member);
              expect(member.health.inFlight).toBe(own.length);
              expect(member.health.ejectedFor(time)).toBeLessThanOrEqual(rules.cap);
            }
          }
        },
      ),
    );
  });
});
