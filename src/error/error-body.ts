import { field } from './field';
import { isWord } from './secrets';

/** What an error body says, without its text. */
export interface ErrorBody {
  /** Codes and types, the most telling first. */
  readonly codes: readonly string[];
  /** An HTTP status that was put into the body. */
  readonly status: number | undefined;
  /** What stands where a request id would. */
  readonly requestId: unknown;
}

/** How many entries of a list are looked at. */
const ENTRIES = 16;

/** Names of envelopes, which say that it is an error but not which one. */
const envelope = /^(?:error|response\..*)$/;

/** Reads the body of a failed response, or an error object out of a stream. */
export function readErrorBody(body: unknown): ErrorBody {
  const parts = errorParts(body);
  const codes = parts.flatMap(codesOf).filter((code) => !envelope.test(code));
  const statuses = parts.flatMap((part) =>
    ['code', 'status', 'status_code'].map((name) => field(part, name)),
  );
  return {
    codes,
    status: statuses.map(errorStatus).find((status) => status !== undefined),
    requestId: parts.map((part) => field(part, 'request_id')).find(isWord),
  };
}

/** The objects of a body in which servers put codes: the error, what it wraps, the body itself. */
export function errorParts(body: unknown): readonly object[] {
  const roots: readonly unknown[] = Array.isArray(body) ? body.slice(0, ENTRIES) : [body];
  return roots
    .flatMap((root) => {
      const error = field(root, 'error');
      return [
        error,
        field(error, 'error'),
        field(error, 'innererror'),
        field(field(root, 'response'), 'error'),
        root,
      ];
    })
    .filter((part) => typeof part === 'object' && part !== null);
}

/** The entries of a `details` list, as `google.rpc.Status` has it. */
export function detailsOf(part: object): readonly unknown[] {
  const details = field(part, 'details');
  return Array.isArray(details) ? details.slice(0, ENTRIES) : [];
}

function codesOf(part: object): readonly string[] {
  const violations = detailsOf(part).flatMap((detail) => {
    const list = field(detail, 'violations');
    return Array.isArray(list) ? (list as unknown[]).slice(0, ENTRIES) : [];
  });
  return [
    field(part, 'code'),
    field(part, 'type'),
    field(part, 'status'),
    field(part, 'error_type'),
    field(field(part, 'details'), 'error_code'),
    ...detailsOf(part).map((detail) => field(detail, 'reason')),
    ...violations.map((violation) => field(violation, 'quotaId')),
  ].filter((code) => isWord(code) && errorStatus(code) === undefined) as string[];
}

function errorStatus(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && status >= 400 && status <= 599 && Number.isInteger(status)
    ? status
    : undefined;
}
