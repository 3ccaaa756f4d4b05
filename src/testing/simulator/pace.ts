import { checkNumber } from './check-number';
import type { Random } from './random';

/** How fast answers come, in milliseconds. */
export interface Pace {
  /**
   * From the request to the first token. The headers and the opening frames of a stream
   * come before it, at once.
   *
   * @defaultValue 0
   */
  readonly firstToken?: number | undefined;
  /**
   * From a token to the next one.
   *
   * @defaultValue 0
   */
  readonly perToken?: number | undefined;
  /**
   * How far each of these may be off, as a share of it from 0 to 1: `0.5` makes 100 ms
   * anything from 50 to 150. Decided by the seed.
   *
   * @defaultValue 0
   */
  readonly jitter?: number | undefined;
}

/** Refuses a pace that no timer can keep. */
export function checkPace({ firstToken = 0, perToken = 0, jitter = 0 }: Pace): void {
  // Jitter at most doubles a delay, and Node fires a timer of 2^31 ms after 1 ms.
  const max = 2 ** 30 - 1;
  checkNumber('pace.firstToken', firstToken, { max });
  checkNumber('pace.perToken', perToken, { max });
  checkNumber('pace.jitter', jitter, { max: 1 });
}

/** How long the token of an index comes after what is before it. */
export function delayBefore(token: number, pace: Pace, random: Random): number {
  const { firstToken = 0, perToken = 0, jitter = 0 } = pace;
  return (token === 0 ? firstToken : perToken) * (1 + jitter * (2 * random() - 1));
}
