/** What went wrong, named for what the caller does next. */
export type LlmErrorKind =
  | 'invalid-request'
  | 'unauthorized'
  | 'quota-exhausted'
  | 'rate-limited'
  | 'overloaded'
  | 'server'
  | 'network'
  | 'timed-out'
  | 'truncated'
  | 'malformed'
  | 'content-filtered'
  | 'context-too-long'
  | 'circuit-open'
  | 'queue-full'
  | 'budget-exceeded'
  | 'validation'
  | 'retracted'
  | 'exhausted';

/** What an {@link LlmError} is made of, besides its message. */
export interface LlmErrorFields {
  readonly kind: LlmErrorKind;
  readonly retryable?: boolean | undefined;
  readonly failover?: boolean | undefined;
  readonly providerFault?: boolean | undefined;
  readonly retryAfter?: number | undefined;
  readonly provider?: string | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[] | undefined;
}

interface Decision {
  /** The same target may be asked again. */
  readonly retryable: boolean;
  /** Another target may succeed. */
  readonly failover: boolean;
  /** It speaks against the target's health. */
  readonly providerFault: boolean;
}

const decide = (retryable: boolean, failover: boolean, providerFault: boolean): Decision => ({
  retryable,
  failover,
  providerFault,
});

/** What follows from a kind where the fields don't say otherwise. */
export const decisions: Readonly<Record<LlmErrorKind, Decision>> = {
  'invalid-request': decide(false, false, false),
  unauthorized: decide(false, true, false),
  'quota-exhausted': decide(false, true, false),
  'rate-limited': decide(true, true, false),
  overloaded: decide(true, true, true),
  server: decide(true, true, true),
  network: decide(true, true, true),
  'timed-out': decide(true, true, true),
  truncated: decide(true, true, true),
  malformed: decide(true, true, true),
  'content-filtered': decide(false, false, false),
  'context-too-long': decide(false, false, false),
  'circuit-open': decide(false, true, false),
  'queue-full': decide(false, true, false),
  'budget-exceeded': decide(false, false, false),
  validation: decide(false, false, false),
  retracted: decide(false, false, false),
  exhausted: decide(false, true, false),
};

const brand = Symbol.for('rxllm.LlmError');

/**
 * The one error of this library. `kind` says what the caller does next; no
 * field and no message ever holds a key, a header or text of the prompt.
 *
 * @example
 * ```ts
 * ask(request).pipe(textSoFar()).subscribe({
 *   next: render,
 *   error: (error) => render(LlmError.is(error) && error.retryable ? 'Try again later.' : 'Sorry.'),
 * });
 * ```
 */
export class LlmError extends Error {
  readonly kind: LlmErrorKind;
  /** Whether the same target may be asked again. */
  readonly retryable: boolean;
  /** Whether another target may succeed where this one failed. */
  readonly failover: boolean;
  /** Whether it speaks against the target's health, rather than against the request. */
  readonly providerFault: boolean;
  /** How long the server asked to wait, in milliseconds. */
  declare readonly retryAfter?: number;
  declare readonly provider?: string;
  /** The HTTP status. */
  declare readonly status?: number;
  /** The server's or the transport's own code. */
  declare readonly code?: string;
  declare readonly requestId?: string;
  /** For `exhausted`: what each member failed with. */
  declare readonly errors?: readonly unknown[];

  constructor(message: string, fields: LlmErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    const defaults = decisions[fields.kind];
    this.kind = fields.kind;
    this.retryable = fields.retryable ?? defaults.retryable;
    this.failover = fields.failover ?? defaults.failover;
    this.providerFault = fields.providerFault ?? defaults.providerFault;
    if (fields.retryAfter !== undefined) this.retryAfter = fields.retryAfter;
    if (fields.provider !== undefined) this.provider = fields.provider;
    if (fields.status !== undefined) this.status = fields.status;
    if (fields.code !== undefined) this.code = fields.code;
    if (fields.requestId !== undefined) this.requestId = fields.requestId;
    if (fields.errors !== undefined) this.errors = fields.errors;
  }

  /** Tells an `LlmError`, also one of another copy of this package. */
  static is(error: unknown): error is LlmError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

Object.defineProperty(LlmError.prototype, 'name', { value: 'LlmError', configurable: true });
Object.defineProperty(LlmError.prototype, brand, { value: true });
