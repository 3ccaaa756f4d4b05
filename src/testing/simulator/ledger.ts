import { Subject, type Observable } from 'rxjs';
import type { SimulatedCall } from './call';
import type { SimulatorProtocol } from './errors';
import type { Fault } from './faults';

/** How far an answer has come. */
export type CallPhase = 'received' | 'headers' | 'tokens' | 'finish' | 'end';

/** One request, as the server saw it. */
export interface CallRecord {
  /** Counts the requests from 1, in the order in which they came. */
  readonly id: number;
  readonly protocol: SimulatorProtocol;
  readonly model: string;
  /** The text of the last user message; its first 10,000 characters. */
  readonly question: string;
  readonly stream: boolean;
  /** How far the answer came: the last part that was sent. */
  readonly phase: CallPhase;
  /** The status that was sent; `undefined` before that. */
  readonly status: number | undefined;
  /** How many tokens were sent. */
  readonly tokens: number;
  /** The fault that was chosen for this call. */
  readonly fault: Fault | undefined;
  /** Whether the client left before the end. */
  readonly aborted: boolean;
  /**
   * How the call ended; `undefined` while it is open. `completed` is a whole answer,
   * `aborted` a client that left, `failed` all the rest: refusals and faults.
   */
  readonly outcome: CallOutcome | undefined;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** What the `answer` or `faults` function threw. */
  readonly error: unknown;
}

export type CallOutcome = 'completed' | 'failed' | 'aborted';

/** Counts over all requests since the start. */
export interface LedgerTotals {
  readonly calls: number;
  /** Requests that are being answered now. */
  readonly open: number;
  /** The most requests that were ever open at the same time. */
  readonly peak: number;
  readonly completed: number;
  readonly failed: number;
  readonly aborted: number;
}

/** What the server saw: live, so that reading it again tells the news. */
export interface Ledger {
  readonly totals: LedgerTotals;
  /** The last requests, oldest first; how many is the option `history`. */
  readonly calls: readonly CallRecord[];
  /** A copy of a request's record each time that it has changed; completes at `close()`. */
  readonly changes$: Observable<CallRecord>;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const QUESTION_LENGTH = 10_000;

/** Keeps the ledger. */
export class LedgerKeeper implements Ledger {
  readonly totals: Mutable<LedgerTotals> = {
    calls: 0,
    open: 0,
    peak: 0,
    completed: 0,
    failed: 0,
    aborted: 0,
  };
  readonly calls: CallRecord[] = [];
  /** Set when the server itself ends what is open, which is no abort of a client. */
  closing = false;
  readonly #changes = new Subject<CallRecord>();
  readonly changes$ = this.#changes.asObservable();

  constructor(
    private readonly history: number,
    private readonly onChange: () => void,
  ) {}

  open(protocol: SimulatorProtocol): LedgerEntry {
    const { totals } = this;
    totals.calls += 1;
    totals.open += 1;
    totals.peak = Math.max(totals.peak, totals.open);
    const record: Mutable<CallRecord> = {
      id: totals.calls,
      protocol,
      model: '',
      question: '',
      stream: false,
      phase: 'received',
      status: undefined,
      tokens: 0,
      fault: undefined,
      aborted: false,
      outcome: undefined,
      startedAt: Date.now(),
      endedAt: undefined,
      error: undefined,
    };
    this.calls.push(record);
    if (this.calls.length > this.history) this.calls.shift();
    const entry = new LedgerEntry(record, this);
    this.tell(record);
    return entry;
  }

  tell(record: CallRecord): void {
    if (this.#changes.observed) this.#changes.next({ ...record });
    this.onChange();
  }

  close(): void {
    this.#changes.complete();
  }
}

/** Writes one record. */
export class LedgerEntry {
  /** Set when the server itself breaks the connection, which is no abort of the client. */
  struck = false;

  constructor(
    private readonly record: Mutable<CallRecord>,
    private readonly keeper: LedgerKeeper,
  ) {}

  get id(): number {
    return this.record.id;
  }

  note(news: Partial<CallRecord>): void {
    Object.assign(this.record, news);
    this.keeper.tell(this.record);
  }

  describe({ protocol, model, question, stream }: SimulatedCall): void {
    this.note({ protocol, model, question: question.slice(0, QUESTION_LENGTH), stream });
  }

  token(): void {
    this.note({ phase: 'tokens', tokens: this.record.tokens + 1 });
  }

  /** Closes the record; `sent` says that the response went out to its end. */
  settle(sent: boolean): void {
    const { totals, closing } = this.keeper;
    const { status, fault, error } = this.record;
    const whole = sent && status === 200 && fault === undefined && error === undefined;
    const aborted = !sent && !this.struck && !closing;
    const outcome = whole ? 'completed' : aborted ? 'aborted' : 'failed';
    totals.open -= 1;
    totals[outcome] += 1;
    this.note({ outcome, aborted, endedAt: Date.now() });
  }
}
