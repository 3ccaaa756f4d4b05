import pc from 'picocolors';
import type { CallView, TimedEvent } from './call-view';

type Colour = (text: string) => string;

const marks = new Map<TimedEvent['type'], readonly [mark: string, Colour, word: string]>([
  ['route', ['→', pc.magenta, 'route']],
  ['wait', ['w', pc.yellow, 'wait']],
  ['start', ['S', pc.cyan, 'start']],
  ['text-delta', ['•', String, 'text']],
  ['retry', ['r', pc.yellow, 'retry']],
  ['retract', ['R', pc.red, 'retract']],
  ['cache', ['c', pc.green, 'cache']],
  ['finish', ['F', pc.green, 'finish']],
  ['error', ['✗', pc.red, 'error']],
]);

/** Draws what happened in each call as a marble diagram, all on one scale. */
export function timeline(views: readonly CallView[], width: number): string {
  const label = Math.max(...views.map(({ title }) => title.length)) + 2;
  // Some room is for marks that fall together at the end.
  const room = Math.max(20, width - label - 4);
  const last = Math.max(1, ...views.flatMap(({ events }) => events.map(({ at }) => at)));
  const perCell = last / (room - 1);
  const rows = views.map((view) => view.title.padEnd(label) + row(view, perCell));
  return [...rows, ...legend(perCell, label, width)].join('\n');
}

/** One cell is one span of time, but for marks that fall together: they take the next cells. */
function row({ events }: CallView, perCell: number): string {
  const cells: TimedEvent['type'][] = [];
  for (const { type, at } of events) {
    const cell = Math.floor(at / perCell);
    const repeats = type === 'text-delta' && cells.length > cell && cells.at(-1) === type;
    if (!marks.has(type) || repeats) continue;
    cells[Math.max(cell, cells.length)] = type;
  }
  return Array.from(cells, (type) => {
    const [mark, colour] = marks.get(type) ?? ['─', pc.dim];
    return colour(mark);
  }).join('');
}

function legend(perCell: number, label: number, width: number): string[] {
  const words = [...marks.values()].map(([mark, , word]) => `${mark} ${word}`);
  const lines = [''];
  for (const word of [`─ ${perCell.toFixed(0)} ms`, ...words]) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && label + line.length + word.length + 2 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line}  ${word}`;
  }
  return lines.map((line) => pc.dim(' '.repeat(label) + line));
}
