/** Who puts something off until all that came at once has been told. */
export interface Latecomer {
  /** All of it has been told. */
  burstOver(): void;
  /** Takes what that throws, which is no failure of who told the burst. */
  error(thrown: unknown): void;
}

let late: Latecomer[] | undefined;

/**
 * Tells many events that came at once, as those in one piece of a body: what is taken back before
 * the last of them, a timer for instance, need not be begun at all.
 */
export function burst(tell: () => void): void {
  const outer = late;
  const mine: Latecomer[] = [];
  late = mine;
  try {
    tell();
  } finally {
    late = outer;
    for (const each of mine) endFor(each);
  }
}

function endFor(latecomer: Latecomer): void {
  try {
    latecomer.burstOver();
  } catch (thrown) {
    latecomer.error(thrown);
  }
}

/** Calls back at the end of the burst that is under way, or at once where there is none. */
export function afterBurst(latecomer: Latecomer): void {
  if (late) late.push(latecomer);
  else latecomer.burstOver();
}
