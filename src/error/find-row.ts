import { type FailureRow, failureTable } from './failure-table';

/** What is known of a failure, in the terms of the table. */
export interface FailureFacts {
  readonly status?: number | undefined;
  readonly codes?: readonly string[];
  readonly causes?: readonly string[];
}

/** A row that applies, and the code or name that made it apply if it was one. */
export interface FoundRow {
  readonly row: FailureRow;
  readonly word: string | undefined;
}

const rows = failureTable.map((row) => ({
  row,
  codes: anyOf(row.codes),
  causes: anyOf(row.causes),
}));

/** The first row of the table that applies. */
export function findRow({ status = 0, codes = [], causes = [] }: FailureFacts): FoundRow {
  for (const { row, ...patterns } of rows) {
    const word =
      codes.find((code) => patterns.codes?.test(code)) ??
      causes.find((cause) => patterns.causes?.test(cause));
    if (word !== undefined || hasStatus(row, status)) return { row, word };
  }
  return { row: { kind: 'server' }, word: undefined };
}

function hasStatus({ statuses, codes, causes }: FailureRow, status: number): boolean {
  if (!statuses) return !codes && !causes;
  return statuses.some((entry) =>
    typeof entry === 'number' ? status === entry : status >= entry[0] && status <= entry[1],
  );
}

function anyOf(patterns: readonly string[] | undefined): RegExp | undefined {
  return patterns && new RegExp(`^(?:${patterns.join('|').replaceAll('*', '.*')})$`, 'i');
}
