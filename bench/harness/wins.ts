import type { Column, Row, Table } from './measure.ts';

/** Whether the row is one of ours; its other kinds are peers and the limit. */
export function isOurs({ contender }: Row): boolean {
  return contender.startsWith('rxllm');
}

/** Our row that peers are held against: the one that does the most, or the same as they. */
function ourRow({ rows, own = 'rxllm-full' }: Table): Row | undefined {
  return rows.find(({ contender }) => contender === own) ?? rows.find(isOurs);
}

/** Every figure in which a peer is better than rxllm, as a list in Markdown. */
export function renderWins(tables: readonly Table[]): string {
  const wins = tables.flatMap((table) =>
    table.columns.flatMap((column) => winsIn(table, column).map((win) => `- ${win}`)),
  );
  return wins.length === 0 ? 'In none of these figures.' : wins.join('\n');
}

function winsIn(table: Table, column: Column): string[] {
  const { title, rows, references = ['limit'] } = table;
  const { id, better, unit, digits = 2 } = column;
  const own = ourRow(table);
  const ourFigure = own?.figures[id]?.median;
  if (!own || ourFigure === undefined || better === undefined) return [];
  return rows
    .filter((row) => !isOurs(row) && !references.includes(row.contender))
    .flatMap(({ contender, figures }) => {
      const figure = figures[id]?.median;
      if (figure === undefined) return [];
      if (better === 'lower' ? figure >= ourFigure : figure <= ourFigure) return [];
      const [theirs, ours] = [figure, ourFigure].map((value) => value.toFixed(digits));
      return `${title}, ${column.title}: ${contender} ${theirs} ${unit}, ${own.contender} ${ours} ${unit}`;
    });
}
