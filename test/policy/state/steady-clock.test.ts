import { expect, it } from 'vitest';
import { SteadyClock } from '../../../src/policy/state/steady-clock';

it.each([
  ['begins with 0', [1_700_000_000_000, 1_700_000_000_005], [0, 5]],
  [
    'stands still while the clock is set back, and goes on from there',
    [10, 15, 3, 7],
    [0, 5, 5, 9],
  ],
  ['knows a clock that begins with 0', [0, 1, 1, 2.5], [0, 1, 1, 2.5]],
])('SteadyClock %s', (_, shown, time) => {
  const clock = new SteadyClock();
  expect(shown.map((now) => clock.read(now))).toEqual(time);
});
