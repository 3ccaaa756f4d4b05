import { endingsOf, placeOf, type Ending, type Fault } from './faults';
import { ATTEMPTS, type PolicyName } from './policies';
import { isBeforeOutput, type Position } from './positions';

/** One run of the matrix. */
export interface Cell {
  readonly fault: Fault;
  readonly at: Position;
  readonly policy: PolicyName;
  /** How many attempts are struck in a row; with two members, whether `second` is, too. */
  readonly strikes: number;
}

/** What the run has to come to: how each of its calls ends, and how often a server is asked. */
export interface Prediction {
  readonly ends: readonly Ending[];
  readonly calls: number;
}

/** What each ending leads to. It says again, on purpose, what `decisions` in src/error does. */
const retried: ReadonlySet<Ending> = new Set(['network', 'truncated', 'malformed', 'timed-out']);

/** Whether the second of two members is struck as well. */
export function bothStruck({ strikes }: Cell): boolean {
  return strikes === ATTEMPTS;
}

/**
 * Predicts a run. `winner` is who won the race, if there was one: which of two answers comes
 * first is for the machine to decide, what follows from it is not.
 */
export function predictions(cell: Cell, winner: string | undefined): readonly Prediction[] {
  return endingsOf(cell.fault, cell.at).map((hit) => predict(cell, hit, winner));
}

function predict(cell: Cell, hit: Ending, winner: string | undefined): Prediction {
  const { policy, strikes } = cell;
  switch (policy) {
    case 'bare':
      return { ends: [hit], calls: 1 };
    case 'retry':
      return predictRetry(hit, strikes);
    case 'failover':
      if (hit === 'ok') return { ends: ['ok'], calls: 1 };
      return { ends: [bothStruck(cell) ? 'exhausted' : 'ok'], calls: 2 };
    case 'race':
      return { ends: [predictRace(cell, hit, winner)], calls: 2 };
  }
}

function predictRetry(hit: Ending, strikes: number): Prediction {
  if (hit === 'ok') return { ends: ['ok'], calls: 1 };
  if (!retried.has(hit)) return { ends: [hit], calls: 1 };
  return strikes < ATTEMPTS
    ? { ends: ['ok'], calls: strikes + 1 }
    : { ends: [hit], calls: ATTEMPTS };
}

/** The first output wins; a failure before it loses; one after it is the call's. */
function predictRace(cell: Cell, hit: Ending, winner: string | undefined): Ending {
  if (winner === 'second' && !bothStruck(cell)) return 'ok';
  const silent = hit !== 'ok' && (isBeforeOutput(placeOf(cell.fault, cell.at)) || losesData(cell));
  if (winner === undefined && silent) return bothStruck(cell) ? 'exhausted' : 'ok';
  return hit;
}

/** Whether output that was sent may never be read, so that the attempt fails before it. */
function losesData({ fault }: Cell): boolean {
  return fault.after.length > 1;
}
