import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Table } from './measure.ts';
import { readRig, readVersions, type Rig } from './rig.ts';

/** Everything that RESULTS.md and the chart are made of. */
export interface Results {
  readonly rig: Rig;
  readonly versions: Readonly<Record<string, string>>;
  readonly tables: readonly DatedTable[];
}

export type DatedTable = Table & { readonly date: string; readonly runs: number };

const file = new URL('../results.json', import.meta.url);

export function readResults(): Results | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;
}

export function writeResults(results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
}

/** Whether what is on record was measured on this rig and with these versions. */
export function isComparable({ rig, versions }: Results): boolean {
  return isDeepStrictEqual(rig, readRig()) && isDeepStrictEqual(versions, readVersions());
}

/** Puts new tables in the place of old ones; what another rig or other versions gave is dropped. */
export function mergeResults(
  before: Results | undefined,
  fresh: readonly DatedTable[],
  order: readonly string[],
): Results {
  const kept = (before && isComparable(before) ? before.tables : []).filter(
    (table) => !fresh.some(({ id }) => id === table.id),
  );
  const place = ({ id }: Table): number => order.findIndex((measure) => id.startsWith(measure));
  const tables = [...kept, ...fresh].sort((a, b) => place(a) - place(b));
  return { rig: readRig(), versions: readVersions(), tables };
}
