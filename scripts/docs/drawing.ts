import { duration } from './marks';
import type { Item, Row, Rows } from './rows';
import { style } from './style';
import { element, escape, textWidth } from './svg';
import { type Break, type Timeline, timelineOf } from './timeline';

/** One case, ready to be drawn. */
export interface Panel {
  readonly title: string;
  /** The operator as the case calls it. */
  readonly operator: string;
  readonly rows: Rows;
}

const EDGE = 16;
const TITLE = 30;
const BREAKS = 16;
const BOX_LINE = 17;
const LABEL_LINE = 12;
const NARROWEST = 360;
const WIDEST_BOX = 660;

/** Draws panels below each other as one SVG document. */
export function draw(name: string, panels: readonly Panel[]): string {
  const drawn = panels.map((panel) => drawPanel(panel));
  const width = Math.ceil(Math.max(...drawn.map((panel) => panel.width)));
  let height = 4;
  const groups = drawn.map((panel) => {
    const group = element('g', { transform: `translate(0 ${height})` }, panel.svg(width));
    height += panel.height;
    return group;
  });
  const id = `rxllm-${name}`;
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-desc`,
    },
    element(
      'title',
      { id: `${id}-title` },
      escape(`${name}: ${panels.map(({ title }) => title).join('; ')}`),
    ),
    element('desc', { id: `${id}-desc` }, escape(panels.map(describe).join(' '))),
    element('style', {}, style),
    ...groups,
  )}\n`;
}

interface DrawnPanel {
  readonly width: number;
  readonly height: number;
  readonly svg: (width: number) => string;
}

function drawPanel({ title, operator, rows: { inputs, outputs } }: Panel): DrawnPanel {
  const all = [...inputs, ...outputs];
  const timeline = timelineOf(all);
  const names = EDGE + Math.max(...all.map(({ label }) => textWidth(label, 12))) + 14;
  const width = Math.max(
    NARROWEST,
    names + timeline.width + 28,
    textWidth(title, 14) + 2 * EDGE,
    Math.min(textWidth(operator, 12) + 4 * EDGE, WIDEST_BOX),
  );
  const top = TITLE + (timeline.breaks.length > 0 ? BREAKS : 0);
  const boxLines = wrap(operator, width - 4 * EDGE);
  const boxHeight = boxLines.length * BOX_LINE + 13;

  let y = top;
  const place = (row: Row): { readonly row: Row; readonly y: number } => {
    const placed = { row, y: y + 16 };
    y += rowHeight(row);
    return placed;
  };
  const above = inputs.map(place);
  const boxTop = y + 2;
  y += boxHeight + 12;
  const below = outputs.map(place);
  const height = y + 16;

  return {
    width,
    height,
    svg: (full) =>
      [
        element('text', { x: EDGE, y: 16, class: 'ink title' }, escape(title)),
        ...timeline.breaks.map((gap) => drawBreak(gap, names, top, y)),
        ...[...above, ...below].map(({ row, y: at }) =>
          element(
            'g',
            { transform: `translate(0 ${at})` },
            drawRow(row, timeline, names, full - EDGE),
          ),
        ),
        element('rect', {
          x: EDGE,
          y: boxTop,
          width: full - 2 * EDGE,
          height: boxHeight,
          rx: 6,
          class: 'box',
        }),
        ...boxLines.map((line, index) =>
          element(
            'text',
            { x: full / 2, y: boxTop + 19 + index * BOX_LINE, class: 'operator' },
            escape(line),
          ),
        ),
      ].join(''),
  };
}

function rowHeight({ items }: Row): number {
  return 38 + LABEL_LINE * Math.max(0, ...items.map(({ mark }) => mark.label.length));
}

function drawRow(row: Row, timeline: Timeline, names: number, right: number): string {
  const name = element('text', { x: EDGE, y: 4, class: 'name' }, escape(row.label));
  if (row.from === Infinity) {
    const note = element('text', { x: names, y: 4, class: 'note' }, 'never subscribed to');
    return name + note;
  }
  const items = placeItems(row, timeline, names);
  const start = names + startOf(row, timeline);
  const sent = items.filter(({ item }) => !item.ghost);
  const end = row.open ? right : Math.max(start, ...sent.map(({ x }) => x));
  const lastGhost = Math.max(end, ...items.map(({ x }) => x));
  const gaps = timeline.breaks
    .map(({ x }) => names + x)
    .filter((x) => x > start && x < end);
  return [
    name,
    element('path', { d: brokenLine(start, end, gaps), class: 'line' }),
    element('circle', { cx: start, cy: 0, r: 2.5, class: 'line-fill' }),
    lastGhost > end
      ? element('path', { d: `M${end} 0H${lastGhost}`, class: 'line dashed ghost' })
      : '',
    row.open ? element('path', { d: `M${end - 6}-4L${end} 0L${end - 6} 4`, class: 'line' }) : '',
    ...items.map(({ item, x }) => drawItem(item, x)),
  ].join('');
}

// A later subscription is an answer to something at that moment, so it begins below that.
function startOf({ from, items }: Row, timeline: Timeline): number {
  const follows = from > 0 && !items.some(({ frame }) => frame === from);
  return follows ? timeline.item(from, 0) : timeline.left(from) - 4;
}

function placeItems(
  row: Row,
  timeline: Timeline,
  names: number,
): readonly { readonly item: Item; readonly x: number }[] {
  const places = new Map<number, number>();
  return row.items.map((item) => {
    const place = places.get(item.frame) ?? 0;
    places.set(item.frame, place + 1);
    return { item, x: names + timeline.item(item.frame, place) };
  });
}

function drawItem({ mark, ghost, void: taken }: Item, x: number): string {
  const label = mark.label.map((line, index) =>
    element('text', { y: 25 + index * LABEL_LINE, class: 'label' }, escape(line)),
  );
  const half = mark.width / 2;
  const strike = taken ? element('path', { d: `M${-half} 4L${half}-4`, class: 'strike' }) : '';
  const body = taken ? element('g', { class: 'void' }, mark.svg) : mark.svg;
  return element(
    'g',
    { transform: `translate(${Math.round(x * 10) / 10} 0)`, class: ghost ? 'ghost' : undefined },
    body,
    strike,
    ...label,
  );
}

/** A line with two slashes where time is left out. */
function brokenLine(start: number, end: number, gaps: readonly number[]): string {
  const slashes = gaps.map(
    (x) => `H${x - 4}M${x - 7} 6L${x - 1}-6M${x + 1} 6L${x + 7}-6M${x + 4} 0`,
  );
  return `M${start} 0${slashes.join('')}H${end}`;
}

// The time is written above, with a guide down to the lines that it is missing from.
function drawBreak({ x, length }: Break, names: number, top: number, bottom: number): string {
  const at = names + x;
  return (
    element('text', { x: at, y: top - 4, class: 'label' }, duration(length)) +
    element('path', { d: `M${at} ${top}V${bottom}`, class: 'line dashed ghost' })
  );
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && textWidth(longer, 12) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function describe({ title, operator, rows }: Panel): string {
  const say = (row: Row): string => {
    if (row.from === Infinity) return `${row.label} is never subscribed to`;
    const items = row.items.filter(({ ghost }) => !ghost);
    const moments = items.map(({ frame, mark }) => `${mark.words} at ${duration(frame)}`);
    return `${row.label}: ${moments.join(', ') || 'nothing'}`;
  };
  return `${title}. ${rows.inputs.map(say).join('; ')}. After ${operator}: ${rows.outputs.map(say).join('; ')}.`;
}
