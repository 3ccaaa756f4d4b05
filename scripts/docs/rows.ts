import { parseDiagram } from '../../marbles/diagram';
import type { Recording } from '../../marbles/record';
import type { SpecCase } from '../../marbles/spec';
import type { Track } from '../../marbles/tracks';
import { leftMark, type Mark, markOf } from './marks';

/** A mark and when it is, in milliseconds. */
export interface Item {
  readonly frame: number;
  readonly mark: Mark;
  /** Whether it was planned, but never sent because nobody listened any more. */
  readonly ghost?: true;
  /** Whether a later retraction took it back. */
  readonly void?: true;
}

/** One line of a drawing. */
export interface Row {
  readonly label: string;
  /** `Infinity` where nobody subscribed. */
  readonly from: number;
  readonly items: readonly Item[];
  /** Whether the stream is still open at the right edge. */
  readonly open: boolean;
}

/** The rows of a case above and below its operator. */
export interface Rows {
  readonly inputs: readonly Row[];
  readonly outputs: readonly Row[];
}

// How far past the last real event the drawing follows what was never sent.
const GHOST_TIME = 6;

/** Makes the rows of what happened in a case. */
export function rowsOf({ inputs, outputs }: Recording, given: SpecCase): Rows {
  const rows = {
    inputs: inputs.map((track) => rowOf(track, track.label === 'requests' ? 'unsubscribed' : 'aborted', given)),
    outputs: outputs.map((track) => rowOf(track, 'unsubscribed')),
  };
  const frames = [...rows.inputs, ...rows.outputs].flatMap(({ items }) =>
    items.filter(({ ghost }) => !ghost).map(({ frame }) => frame),
  );
  const end = Math.max(0, ...frames) + GHOST_TIME;
  const near = (row: Row): Row => ({
    ...row,
    items: row.items.filter(({ frame, ghost }) => !ghost || frame <= end),
  });
  return { inputs: rows.inputs.map(near), outputs: rows.outputs.map(near) };
}

function rowOf(track: Track, leftLabel: string, planned?: SpecCase): Row {
  const { label, subscribedFrame: from, unsubscribedFrame: to, moments } = track;
  const items = withVoid(moments.map((moment) => ({ frame: moment.frame, moment })));
  const ended = moments.some(({ notification }) => notification.kind !== 'N');
  const left = !ended && to !== Infinity;
  return {
    label: label === 'expected' ? 'output' : label,
    from,
    items: [
      ...items,
      ...(left ? [{ frame: to, mark: leftMark(leftLabel) }] : []),
      ...(left && planned ? ghosts(track, planned) : []),
    ],
    open: !ended && !left,
  };
}

function withVoid(
  entries: readonly { readonly frame: number; readonly moment: Track['moments'][number] }[],
): readonly Item[] {
  const types = entries.map(({ moment: { notification } }) =>
    notification.kind === 'N' ? (notification.value as { type?: unknown } | null)?.type : undefined,
  );
  return entries.map(({ frame, moment }, index): Item => {
    const mark = markOf(moment);
    if (!String(types[index]).endsWith('delta') && types[index] !== 'tool-call')
      return { frame, mark };
    const next = types.slice(index).find((type) => type === 'start' || type === 'retract');
    return next === 'retract' ? { frame, mark, void: true } : { frame, mark };
  });
}

// What the diagram still held when its listener left; hot requests go on for others.
function ghosts(track: Track, { values }: SpecCase): readonly Item[] {
  if (track.label === 'requests') return [];
  return parseDiagram(track.diagram, values, undefined)
    .slice(track.moments.length)
    .map((moment) => ({
      frame: moment.frame + track.subscribedFrame,
      mark: markOf(moment),
      ghost: true,
    }));
}
