import type { Column, Figure, Table } from './measure.ts';
import { isOurs } from './wins.ts';

/** How much worse a ratio may become. */
const TOLERANCE = 1.25;

/**
 * What speaks against us, each told in a line: a ratio that is worse than the recorded one, one that
 * there is nothing to compare with, and who failed. A ratio is worse when its median is beyond the
 * tolerance and even its best run is worse than the worst that was recorded.
 */
export function findRegressions(recorded: readonly Table[], seen: readonly Table[]): string[] {
  return seen.flatMap((table) => {
    const before = recorded.find(({ id }) => id === table.id);
    return table.rows.filter(isOurs).flatMap(({ contender, ratios = {}, note, failed }) => {
      if (failed) return [`${table.title}, ${contender} ${note}`];
      const then = before?.rows.find((row) => row.contender === contender)?.ratios;
      return table.columns.flatMap((column) => {
        const [old, now] = [then?.[column.id], ratios[column.id]];
        const place = `${table.title}, ${column.title} (${column.unit}), ${contender}`;
        const is = now && `${now.median.toFixed(2)}× ${table.baseline}`;
        const was = old && `recorded ${old.median.toFixed(2)}×`;
        if (!old) return is ? [`not on record: ${place}: ${is}`] : [];
        if (!now) return [`not measured: ${place}, ${was}`];
        return isWorse(column, old, now) ? [`slower: ${place}: ${is}, ${was}`] : [];
      });
    });
  });
}

function isWorse({ better }: Column, old: Figure, now: Figure): boolean {
  return better === 'higher'
    ? now.median * TOLERANCE < old.median && now.high < old.low
    : now.median > old.median * TOLERANCE && now.low > old.high;
}
