import type { Column, Figure, Table } from './measure.ts';
import { isOurs } from './wins.ts';

/** How much worse a ratio may become. */
const TOLERANCE = 1.25;

/**
 * Our ratios that are worse than the recorded ones, each told in a line. One counts when its
 * median is beyond the tolerance and even its best run is worse than the worst that was recorded.
 */
export function findRegressions(recorded: readonly Table[], seen: readonly Table[]): string[] {
  return seen.flatMap((table) => {
    const before = recorded.find(({ id }) => id === table.id);
    return table.rows.filter(isOurs).flatMap(({ contender, ratios = {}, note }) => {
      if (note !== undefined && Object.keys(ratios).length === 0) {
        return [`${table.title}, ${contender}: ${note}`];
      }
      const then = before?.rows.find((row) => row.contender === contender)?.ratios;
      return table.columns.flatMap((column) => {
        const [old, now] = [then?.[column.id], ratios[column.id]];
        if (!old || !now || !isWorse(column, old, now)) return [];
        const [was, is] = [old.median.toFixed(2), now.median.toFixed(2)];
        const place = `${table.title}, ${column.title} (${column.unit}), ${contender}`;
        return [`${place}: ${is}× ${table.baseline}, recorded ${was}×`];
      });
    });
  });
}

function isWorse({ better }: Column, old: Figure, now: Figure): boolean {
  return better === 'higher'
    ? now.median * TOLERANCE < old.median && now.high < old.low
    : now.median > old.median * TOLERANCE && now.low > old.high;
}
