import { endingsOf, placeOf, type Ending, type Fault } from './faults';
import { ATTEMPTS, type PolicyName } from './policies';
import { isBeforeOutput, type Position } from './positions';

/** One run of the matrix. */
export interface Cell {
  readonly fault: Fault;
  readonly at: Position;
  readonly policy: PolicyName;
  /** How many attempts are struck in a row; with two members, three mean that both are. */
  readonly strikes: number;
}

/** What a run may come to: how each of its calls ends, and how often a server is asked. */
export interface Prediction {
  readonly ends: readonly Ending[];
  readonly calls: number;
}

// What can be mended by another attempt. It says again, on purpose, what `src/error` does.
const mendable: ReadonlySet<Ending> = new Set(['network', 'truncated', 'malformed', 'timed-out']);
const ok: readonly Ending[] = ['ok'];

/** Whether the second of two members is struck as well. */
export function bothStruck({ strikes }: Cell): boolean {
  return strikes === ATTEMPTS;
}

/**
 * Predicts a run: one prediction, or several where the operating system decides. `winner` is
 * who answered first of two that were asked: that is for the machine to decide, what follows
 * from it is not.
 */
export function predictions(cell: Cell, winner: string | undefined): readonly Prediction[] {
  const { fault, at, policy, strikes } = cell;
  const struck = endingsOf(fault, at);
  const turns = Array.from({ length: 2 * ATTEMPTS }, (_, n) => (n < strikes ? struck : ok));
  const retried = inTurn(turns.slice(0, ATTEMPTS), (end) => mendable.has(end));
  switch (policy) {
    case 'bare':
      return inTurn([struck], () => false);
    case 'retry':
      return retried;
    case 'failover':
      return inTurn([struck, bothStruck(cell) ? struck : ok], () => true).map(exhausted);
    case 'hedge':
    case 'race':
      return struck.flatMap((hit) => atOnce(cell, hit, winner));
    case 'cache':
      return retried.flatMap((first) => askedAgain(first, turns));
  }
}

/** One attempt after the other, until one ends in a way that is no reason for the next. */
function inTurn(
  turns: readonly (readonly Ending[])[],
  goesOn: (end: Ending) => boolean,
): readonly Prediction[] {
  const [turn = ok, ...later] = turns;
  const isLast = (end: Ending): boolean => end === 'ok' || later.length === 0 || !goesOn(end);
  const here = turn.filter(isLast).map((end): Prediction => ({ ends: [end], calls: 1 }));
  if (turn.every(isLast)) return here;
  const then = inTurn(later, goesOn).map(({ ends, calls }) => ({ ends, calls: calls + 1 }));
  return [...here, ...then];
}

/** A group of which all have failed says so. */
function exhausted({ ends, calls }: Prediction): Prediction {
  return { ends: ends.map((end) => (end === 'ok' ? end : 'exhausted')), calls };
}

/** The first output wins; a failure before it loses; one after it is the call's. */
function atOnce(cell: Cell, hit: Ending, winner: string | undefined): readonly Prediction[] {
  const { fault, at, policy } = cell;
  // The second is asked at once, or when the first is slow: then it may have been too late.
  const unasked = policy === 'hedge' && winner === 'sick' ? [1] : [];
  const come = (end: Ending): readonly Prediction[] =>
    [2, ...unasked].map((calls) => ({ ends: [end], calls }));
  if (winner === 'second') return come(bothStruck(cell) ? hit : 'ok');
  // What was sent may be lost, so that there is no output where there should be some.
  const silent = isBeforeOutput(placeOf(fault, at)) || fault.after.length > 1;
  if (winner === undefined && hit !== 'ok' && silent && bothStruck(cell)) return come('exhausted');
  if (winner === 'sick' && (hit === 'ok' || !isBeforeOutput(placeOf(fault, at)))) return come(hit);
  return [];
}

/** The same again: from the cache, or stopped by the breaker, or tried where that was not. */
function askedAgain(
  { ends, calls }: Prediction,
  turns: readonly (readonly Ending[])[],
): readonly Prediction[] {
  if (ends[0] === 'ok') return [{ ends: [...ends, 'ok'], calls }];
  if (calls === ATTEMPTS) return [{ ends: [...ends, 'circuit-open'], calls }];
  return inTurn(turns.slice(calls), (end) => mendable.has(end)).map((second) => ({
    ends: [...ends, ...second.ends],
    calls: calls + second.calls,
  }));
}
