export { simulator } from './simulator';
export type { AnswerFunction, Simulator, SimulatorOptions } from './simulator';
export type { SimulatedCall } from './call';
export type { SimulatorProtocol } from './errors';
export type { SimulatedAnswer } from './exchange';
export type {
  AnswerFault,
  ConnectionFault,
  ErrorFrameFault,
  Fault,
  FaultPosition,
  FaultRule,
  Faults,
  FaultSelection,
  StatusFault,
  StreamFault,
} from './faults';
export type { CallOutcome, CallPhase, CallRecord, Ledger, LedgerTotals } from './ledger';
export type { Pace } from './pace';
