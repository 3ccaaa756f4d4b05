import type { SimulatedCall } from './call';
import { createRandom } from './random';

/**
 * Where in an answer a fault strikes. A number is a count of tokens: `3` strikes after
 * the third. `headers` is after the status line and the headers, `first-token` before the
 * first token, `tool-arguments` within the first tool call's arguments, `before-terminal`
 * after the finish reason, `random` after a number of tokens that the seed decides.
 *
 * A place that the answer never reaches counts as the end of its tokens. A JSON answer
 * (`stream: false`) has `headers`; every other place is half-way through its body.
 */
export type FaultPosition =
  'headers' | 'first-token' | 'tool-arguments' | 'before-terminal' | 'random' | number;

/** Answers with an error status in place of an answer. */
export interface StatusFault {
  readonly kind: 'status';
  readonly status: number;
  /** More response headers, for example `{ 'retry-after': '2' }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * The body: text is sent as it is, anything else as JSON.
   *
   * @defaultValue the error that the protocol's servers send with this status
   */
  readonly body?: unknown;
}

/**
 * Breaks the connection: `reset` with RST, `close` with FIN; `stall` keeps it open and
 * falls silent.
 */
export interface ConnectionFault {
  readonly kind: 'reset' | 'close' | 'stall';
  /**
   * Where it strikes; `connect` is before a byte of the answer.
   *
   * @defaultValue `'connect'`
   */
  readonly at?: 'connect' | FaultPosition | undefined;
}

/**
 * Breaks the answer on a connection that stays whole: `cut` ends the body cleanly without
 * the protocol's terminal, `malformed` sends one frame broken and then goes on.
 */
export interface StreamFault {
  readonly kind: 'cut' | 'malformed';
  /** @defaultValue `'first-token'` */
  readonly at?: FaultPosition | undefined;
}

/** Sends the protocol's error frame and ends the body. */
export interface ErrorFrameFault {
  readonly kind: 'error';
  /** @defaultValue `'first-token'` */
  readonly at?: FaultPosition | undefined;
  /**
   * The JSON of the frame.
   *
   * @defaultValue the error that the protocol's servers send when they are in trouble
   */
  readonly body?: unknown;
}

/** A fault of an answer, or of its connection. */
export type AnswerFault = ConnectionFault | StreamFault | ErrorFrameFault;

/** Something that goes wrong in a call. */
export type Fault = StatusFault | AnswerFault;

/** Where a fault strikes, its default included. */
export function placeOf(fault: AnswerFault): 'connect' | FaultPosition {
  const connection = fault.kind === 'reset' || fault.kind === 'close' || fault.kind === 'stall';
  return fault.at ?? (connection ? 'connect' : 'first-token');
}

/** Which calls a fault strikes: all, or those that meet every condition given. */
export interface FaultSelection {
  /** Only calls of this model. */
  readonly model?: string | undefined;
  /** Only these, counted from 1 (within the model, if one is given). */
  readonly calls?: readonly number[] | undefined;
  /** Only this share of them, from 0 to 1: decided by the seed and the request. */
  readonly probability?: number | undefined;
}

/** A fault and the calls that it strikes. */
export type FaultRule = Fault & FaultSelection;

/** Chooses what goes wrong: the first rule that applies, or what the function says. */
export type Faults = readonly FaultRule[] | ((call: SimulatedCall) => Fault | null | undefined);

/** Makes the choice; `key` is what decides the chances of this call. */
export function faultPlan(
  faults: Faults,
  seed: number,
): (call: SimulatedCall, key: string) => Fault | undefined {
  if (typeof faults === 'function') {
    return (call) => {
      const fault = faults(call) ?? undefined;
      if (fault) checkFault(fault);
      return fault;
    };
  }
  faults.forEach(checkRule);
  const rules = faults.map((rule, index) => ({ rule, strikes: selector(rule, seed, index) }));
  return (call, key) => {
    // Each rule counts its calls, whichever rule wins in the end.
    const striking = rules.filter(({ strikes }) => strikes(call, key));
    return striking[0]?.rule;
  };
}

function selector(
  { model, calls, probability = 1 }: FaultRule,
  seed: number,
  index: number,
): (call: SimulatedCall, key: string) => boolean {
  let count = 0;
  return (call, key) => {
    if (model !== undefined && call.model !== model) return false;
    count += 1;
    if (calls && !calls.includes(count)) return false;
    return createRandom(`${String(seed)} fault ${String(index)} ${key}`)() < probability;
  };
}

const positions = ['headers', 'first-token', 'tool-arguments', 'before-terminal', 'random'];

function checkFault(fault: Fault): void {
  const { kind } = fault;
  switch (kind) {
    case 'status':
      if (Number.isInteger(fault.status) && fault.status >= 200 && fault.status <= 599) return;
      throw new RangeError(
        `simulator: a fault's status must be from 200 to 599, got ${String(fault.status)}`,
      );
    case 'reset':
    case 'close':
    case 'stall':
      if (fault.at !== 'connect') checkPosition(fault.at);
      return;
    case 'cut':
    case 'error':
    case 'malformed':
      checkPosition(fault.at);
      return;
    default:
      throw new TypeError(
        `simulator: a fault's kind must be 'status', 'reset', 'close', 'stall', 'cut', 'error' or 'malformed', got ${String(kind)}`,
      );
  }
}

function checkPosition(at: FaultPosition | undefined): void {
  if (at === undefined || positions.includes(at as string)) return;
  if (typeof at === 'number' && Number.isInteger(at) && at >= 0) return;
  throw new TypeError(
    `simulator: a fault's at must be a count of tokens or one of ${positions.join(', ')} (and connect for reset, close and stall), got ${String(at)}`,
  );
}

function checkRule(rule: FaultRule): void {
  checkFault(rule);
  const { probability = 1, calls = [] } = rule;
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(
      `simulator: a fault's probability must be from 0 to 1, got ${String(probability)}`,
    );
  }
  if (!calls.every((call) => Number.isInteger(call) && call >= 1)) {
    throw new RangeError(`simulator: a fault's calls count from 1, got ${calls.join(', ')}`);
  }
}
