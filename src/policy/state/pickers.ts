import type { MemberHealth } from './member-health';

/** A member that may be picked. */
export interface Candidate {
  /** Its place among all members. */
  readonly index: number;
  readonly name: string;
  readonly health: MemberHealth;
  /** Its share of the calls, where shares are given. */
  readonly weight?: number | undefined;
}

/** Picks one of the candidates, of which there is at least one, in the order of their places. */
export type Picker = (
  candidates: readonly Candidate[],
  time: number,
  session?: string,
) => Candidate;

/** Makes a picker, by the name of what it goes by. */
export const pickers = {
  'round-robin': roundRobin,
  weighted,
  'least-in-flight': leastInFlight,
  'peak-ewma': peakEwma,
  'power-of-two': powerOfTwo,
  sticky,
} as const satisfies Readonly<Record<string, (random: () => number) => Picker>>;

/** One after the other. */
function roundRobin(): Picker {
  let last = -1;
  return (candidates) => {
    const next = inTurn(candidates, last)[0]!;
    last = next.index;
    return next;
  };
}

/** By weight, evenly mixed: the smooth weighted round robin of nginx. */
function weighted(): Picker {
  const credits = new Map<number, number>();
  let scale = 1;
  return (candidates) => {
    const total = candidates.reduce((sum, { weight = 1 }) => sum + weight, 0);
    // A credit is worth as many calls as before, whatever the scale of the weights is now.
    if (total !== scale) {
      for (const [index, credit] of credits) credits.set(index, (credit * total) / scale);
      scale = total;
    }
    for (const { index, weight = 1 } of candidates) {
      credits.set(index, (credits.get(index) ?? 0) + weight);
    }
    const best = least(candidates, ({ index }) => -credits.get(index)!);
    credits.set(best.index, credits.get(best.index)! - total);
    return best;
  };
}

/** The one with the fewest calls under way, if none fails; of equals, the next in turn. */
function leastInFlight(): Picker {
  return leastInTurn(
    (_, time) =>
      ({ health }) =>
        health.proven ? health.load(time) : FIRST,
  );
}

/** The one whose calls cost least, times how many are under way; of equals, the next in turn. */
function peakEwma(): Picker {
  return leastInTurn(costs);
}

/** The better one of two that chance has drawn. */
function powerOfTwo(random: () => number): Picker {
  const draw = (count: number): number => Math.min(count - 1, Math.floor(random() * count));
  return (candidates, time) => {
    if (candidates.length === 1) return candidates[0]!;
    const first = draw(candidates.length);
    const other = draw(candidates.length - 1);
    const second = other < first ? other : other + 1;
    return least([candidates[first]!, candidates[second]!], costs(candidates, time));
  };
}

/**
 * The same one for the same session: rendezvous hashing, so that a member that is lost, or
 * comes back, moves no session but its own. Who has no session takes turns.
 */
function sticky(): Picker {
  const others = roundRobin();
  return (candidates, time, session) =>
    session === undefined
      ? others(candidates, time)
      : least(candidates, ({ name }) => -hash(`${session}\n${name}`));
}

// Who has yet to prove itself is asked as soon as it may be: the sooner it is back.
const FIRST = -1;

type Loads = (candidates: readonly Candidate[], time: number) => (candidate: Candidate) => number;

const costs: Loads =
  (candidates, time) =>
  ({ health }) => {
    if (!health.proven) return FIRST;
    return health.cost(time, health.firstOutput === undefined ? fastest(candidates, time) : 0);
  };

/** Of whom nothing is known, the best is thought, but no more than that. */
function fastest(candidates: readonly Candidate[], time: number): number {
  const known = candidates.flatMap(({ health }) => health.latency(time) ?? []);
  return known.length === 0 ? 1 : Math.min(...known);
}

function leastInTurn(loads: Loads): Picker {
  let last = -1;
  return (candidates, time) => {
    const best = least(inTurn(candidates, last), loads(candidates, time));
    last = best.index;
    return best;
  };
}

function inTurn(candidates: readonly Candidate[], last: number): readonly Candidate[] {
  const later = candidates.filter(({ index }) => index > last);
  return [...later, ...candidates.filter(({ index }) => index <= last)];
}

/** The first of those with the least figure. */
function least(
  candidates: readonly Candidate[],
  figure: (candidate: Candidate) => number,
): Candidate {
  return candidates.reduce((best, next) => (figure(next) < figure(best) ? next : best));
}

/** FNV-1a, with the last step of MurmurHash3, which spreads what differs little. */
function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
