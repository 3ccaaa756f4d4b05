import type { LlmErrorKind } from 'rxllm';
import { nearest, type Position } from './positions';

/** How an attempt ends; several where the operating system decides which. */
export type Ending = 'ok' | LlmErrorKind;

/** A fault as the matrix knows it; what the server does is in `acts.ts`. */
export interface Fault {
  readonly name: string;
  /** Where it can strike; elsewhere it strikes at the nearest of these positions. */
  readonly from: Position;
  readonly to: Position;
  /** How an attempt ends that is struck before the finish reason has come. */
  readonly before: readonly Ending[];
  /** How it ends when only the terminal was missing: the answer was whole. */
  readonly after: readonly Ending[];
}

const ok: readonly Ending[] = ['ok'];
const network: readonly Ending[] = ['network'];
const truncated: readonly Ending[] = ['truncated'];
const malformed: readonly Ending[] = ['malformed'];
const timedOut: readonly Ending[] = ['timed-out'];

function fault(
  name: string,
  from: Position,
  to: Position,
  before: readonly Ending[],
  after: readonly Ending[] = before,
): Fault {
  return { name, from, to, before, after };
}

/** The eight toxics of toxiproxy, then sixteen ways in which a connection disappoints. */
export const faults: readonly Fault[] = [
  fault('latency', 'connect', 'after-finish', ok),
  fault('down', 'connect', 'after-finish', network, ok),
  fault('bandwidth', 'before-headers', 'after-finish', ok),
  fault('slow-close', 'after-finish', 'after-finish', ok),
  fault('timeout', 'connect', 'after-finish', network, ok),
  // What was sent and not read is lost, the finish reason too.
  fault('reset-peer', 'connect', 'after-finish', network, ['ok', 'network']),
  fault('slicer', 'before-headers', 'after-finish', ok),
  fault('limit-data', 'connect', 'after-finish', network, ok),

  fault('refused', 'connect', 'connect', network),
  fault('fin', 'connect', 'after-finish', network, ok),
  fault('rst', 'connect', 'after-finish', network, ok),
  fault('garbage', 'before-headers', 'after-finish', network, ok),
  fault('stall', 'connect', 'after-finish', timedOut),
  fault('drip', 'before-headers', 'after-finish', timedOut),
  fault('clean-end', 'before-first-token', 'after-finish', truncated, ok),
  fault('close-fin', 'before-first-token', 'after-finish', truncated, ok),
  fault('close-rst', 'before-first-token', 'after-finish', truncated, ok),
  fault('length-longer', 'before-first-token', 'after-finish', network, ok),
  fault('length-shorter', 'before-first-token', 'after-finish', truncated, ok),
  fault('gzip-cut', 'before-first-token', 'after-finish', truncated, ok),
  fault('gzip-lie', 'before-headers', 'before-headers', malformed),
  fault('big-header', 'before-headers', 'before-headers', malformed),
  fault('early-hints', 'before-headers', 'before-headers', ok),
  fault('redirect', 'before-headers', 'before-headers', ['invalid-request']),
];

const byName = new Map(faults.map((fault) => [fault.name, fault]));

/** Finds a fault of the table. */
export function faultNamed(name: string): Fault {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`no fault is called ${name}`);
  return found;
}

/** Where a fault strikes when it shall strike at a position. */
export function placeOf({ from, to }: Fault, wanted: Position): Position {
  return nearest(wanted, from, to);
}

/** How an attempt may end that a fault strikes at a position. */
export function endingsOf(fault: Fault, wanted: Position): readonly Ending[] {
  return placeOf(fault, wanted) === 'after-finish' ? fault.after : fault.before;
}
