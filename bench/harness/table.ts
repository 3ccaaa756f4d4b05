import type { Column, Figure, Row, Table } from './measure.ts';

/** A table in Markdown: a column of figures each, and one of ratios beside it where asked for. */
export function renderTable({ title, about, baseline, columns, rows }: Table): string {
  const headings = columns.flatMap(({ title: name, unit, ratio }) => [
    unit === '' ? name : `${name}, ${unit}`,
    ...(ratio && baseline !== undefined ? [`to ${baseline}`] : []),
  ]);
  const notes = rows.filter(({ note }) => note !== undefined);
  return [
    `### ${title}`,
    '',
    about,
    '',
    line(['', ...headings]),
    line(['---', ...headings.map(() => '--:')]),
    ...rows.map((row) => line([row.contender, ...cells(row, columns, baseline)])),
    ...(notes.length === 0 ? [] : ['', ...notes.map((row) => `- ${row.contender}: ${row.note}`)]),
  ].join('\n');
}

function cells(row: Row, columns: readonly Column[], baseline: string | undefined): string[] {
  return columns.flatMap(({ id, digits = 2, ratio }) => [
    spread(row.figures[id], digits, ''),
    ...(ratio && baseline !== undefined
      ? [row.contender === baseline ? '1×' : spread(row.ratios?.[id], 2, '×')]
      : []),
  ]);
}

/** The median and, where it says something, how far the runs lie apart. */
function spread(figure: Figure | undefined, digits: number, suffix: string): string {
  if (!figure) return '–';
  const [median, low, high] = [figure.median, figure.low, figure.high].map((value) =>
    value.toFixed(digits),
  );
  return low === high ? `${median}${suffix}` : `${median}${suffix} (${low}–${high})`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
