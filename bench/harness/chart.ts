import type { Figure, Table } from './measure.ts';
import type { Results } from './results.ts';

/** One drawing of bars: a column of a table, as figures or as ratios to the baseline. */
interface Panel {
  readonly table: string;
  readonly column: string;
  readonly title: string;
  readonly ratio?: boolean;
}

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly label: string;
}

const panels: readonly Panel[] = [
  {
    table: 'chunks-chat',
    column: 'cpu',
    title: 'CPU of a streamed chunk, as a multiple of the limit’s: shorter is better',
    ratio: true,
  },
  {
    table: 'short-streams-chat-rate',
    column: 'rate32',
    title: 'Short streams a second, 32 at once: longer is better',
  },
  {
    table: 'first-token-chat',
    column: 'alone50-added',
    title: 'Milliseconds added to the first token, p50: shorter is better',
  },
  {
    table: 'memory-chat-5000',
    column: 'each5000',
    title: 'Heap of each of 5,000 open streams, kB: shorter is better',
  },
  {
    table: 'import',
    column: 'import',
    title: 'Cold import, ms: shorter is better',
  },
];

const WIDTH = 760;
const LABEL = 120;
const VALUE = 80;
const ROW = 24;
const TITLE = 44;

/** Bars from nought, each panel on a scale of its own. */
export function drawChart({ tables }: Results): string {
  let top = 0;
  const drawn = panels.flatMap((panel) => {
    const bars = barsOf(panel, tables);
    if (bars.length === 0) return [];
    const group = `<g transform="translate(0 ${top})">${drawPanel(panel.title, bars)}</g>`;
    top += TITLE + bars.length * ROW;
    return [group];
  });
  const height = top + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function barsOf({ table: id, column, ratio = false }: Panel, tables: readonly Table[]): Bar[] {
  const table = tables.find((each) => each.id === id);
  const digits = table?.columns.find((each) => each.id === column)?.digits ?? 2;
  const one: Figure = { median: 1, low: 1, high: 1 };
  return (table?.rows ?? []).flatMap((row) => {
    const isBaseline = row.contender === table?.baseline;
    const figure = ratio ? (isBaseline ? one : row.ratios?.[column]) : row.figures[column];
    if (!figure) return [];
    const label = ratio ? `${figure.median.toFixed(2)}×` : figure.median.toFixed(digits);
    return [{ name: row.contender, value: figure.median, label }];
  });
}

function drawPanel(title: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const room = WIDTH - LABEL - VALUE;
  const parts = bars.map(({ name, value, label }, index) => {
    const y = TITLE + index * ROW;
    const length = Math.max(1, (value / most) * room);
    return [
      `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end" fill="#333">${name}</text>`,
      `<rect x="${LABEL}" y="${y + 2}" width="${length.toFixed(1)}" height="${ROW - 7}" rx="2" fill="${colour(name)}"/>`,
      `<text x="${(LABEL + length + 6).toFixed(1)}" y="${y + 14}" fill="#333">${label}</text>`,
    ].join('');
  });
  const heading = `<text x="12" y="28" font-weight="600" fill="#111">${title}</text>`;
  return [heading, ...parts].join('\n');
}

function colour(name: string): string {
  if (name === 'limit') return '#9aa0a6';
  return name.startsWith('rxllm') ? '#d6186e' : '#7c93b8';
}
