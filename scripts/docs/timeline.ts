import type { Row } from './rows';

const EMPTY = 11;
const LONGEST_GAP = 6;
const BREAK = 58;
const NARROWEST = 10;

/** A stretch of time that is left out. */
export interface Break {
  /** The middle. */
  readonly x: number;
  /** How long it is, in milliseconds. */
  readonly length: number;
}

/** Where each moment is drawn. Not to scale: a moment is as wide as what happens in it. */
export interface Timeline {
  /** The left edge of a moment. */
  readonly left: (frame: number) => number;
  /** The middle of the n-th item of a row in a moment. */
  readonly item: (frame: number, index: number) => number;
  readonly breaks: readonly Break[];
  readonly width: number;
}

/** Lays out all rows of a case on one time line. */
export function timelineOf(rows: readonly Row[]): Timeline {
  const columns = new Map<number, { left: number; readonly slots: number[] }>();
  for (const row of rows) {
    if (row.from !== Infinity)
      columns.set(row.from, columns.get(row.from) ?? { left: 0, slots: [] });
    const places = new Map<number, number>();
    for (const { frame, mark } of row.items) {
      const place = places.get(frame) ?? 0;
      places.set(frame, place + 1);
      const column = columns.get(frame) ?? { left: 0, slots: [] };
      column.slots[place] = Math.max(column.slots[place] ?? 0, mark.width);
      columns.set(frame, column);
    }
  }

  const breaks: Break[] = [];
  let x = 0;
  let before = -1;
  for (const frame of [...columns.keys()].sort((a, b) => a - b)) {
    const column = columns.get(frame);
    if (column === undefined) continue;
    const empty = frame - before - 1;
    if (empty > LONGEST_GAP) {
      breaks.push({ x: x + BREAK / 2, length: frame - Math.max(before, 0) });
      x += BREAK;
    } else {
      x += empty * EMPTY;
    }
    column.left = x;
    x += Math.max(NARROWEST, sum(column.slots));
    before = frame;
  }

  return {
    left: (frame) => columns.get(frame)?.left ?? 0,
    item: (frame, index) => {
      const { left, slots } = columns.get(frame) ?? { left: 0, slots: [] };
      return left + sum(slots.slice(0, index)) + (slots[index] ?? 0) / 2;
    },
    breaks,
    width: x,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
