import pc from 'picocolors';
import type { CallView, TimedEvent } from './call-view';

// What is drawn for an event; where several fall together, the first in this order wins.
const marks: readonly (readonly [TimedEvent['type'], string, (text: string) => string])[] = [
  ['error', '✗', pc.red],
  ['retract', 'R', pc.red],
  ['retry', 'r', pc.yellow],
  ['cache', 'c', pc.green],
  ['wait', 'w', pc.yellow],
  ['finish', 'F', pc.green],
  ['route', '→', pc.magenta],
  ['start', 'S', pc.cyan],
  ['text-delta', '•', (text) => text],
];

const legend = '→ route  w wait  S start  • text  r retry  R retract  c cache  F finish  ✗ error';

/** Draws what happened in each call as a marble diagram, all on one scale. */
export function timeline(views: readonly CallView[], width: number): string {
  const label = Math.max(...views.map(({ title }) => title.length)) + 2;
  const room = Math.max(20, width - label - 2);
  const last = Math.max(1, ...views.flatMap(({ events }) => events.map(({ at }) => at)));
  const perCell = last / (room - 1);
  const rows = views.map((view) => view.title.padEnd(label) + row(view, perCell));
  return [
    ...rows,
    pc.dim(`${' '.repeat(label)}one cell is ${perCell.toFixed(0)} ms · ${legend}`),
  ].join('\n');
}

function row({ events }: CallView, perCell: number): string {
  const cells: TimedEvent[][] = [];
  for (const event of events) (cells[Math.floor(event.at / perCell)] ??= []).push(event);
  let drawn = '';
  for (let cell = 0; cell < cells.length; cell += 1) {
    const here = cells[cell] ?? [];
    const mark = marks.find(([type]) => here.some((event) => event.type === type));
    drawn += mark ? mark[2](mark[1]) : pc.dim('─');
  }
  return drawn;
}
