import { VirtualTimeScheduler } from 'rxjs';

/** Virtual time, of which the clock can be put forward and back while the timers run on. */
export function adjustableClock() {
  const clock = new VirtualTimeScheduler();
  let adjustment = 1_700_000_000_000;
  clock.now = () => clock.frame + adjustment;
  return {
    clock,
    adjust: (by: number): void => {
      adjustment += by;
    },
    runTo: (time = Infinity): void => {
      clock.maxFrames = time;
      clock.flush();
      if (time !== Infinity) clock.frame = time;
    },
  };
}
