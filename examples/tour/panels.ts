import Table from 'cli-table3';
import pc from 'picocolors';
import { seconds, type CallView } from './call-view';

// The table library colours without asking whether the output can show it.
const style = pc.isColorSupported ? { head: ['bold'], border: ['dim'] } : { head: [], border: [] };

/** Lays calls out side by side, as many as fit. */
export function panels(views: readonly CallView[], width: number): string {
  const columns = Math.max(1, Math.min(views.length, Math.floor(width / 30)));
  const column = Math.floor((width - columns - 1) / columns);
  const table = new Table({
    colWidths: Array.from({ length: columns }, () => column),
    wordWrap: true,
    style,
  });
  for (let at = 0; at < views.length; at += columns) {
    table.push(views.slice(at, at + columns).map(panel));
  }
  return table.toString();
}

function panel(view: CallView): string {
  const { title, status, state, text, retracted, notes, answer } = view;
  const colour = state === 'failed' ? pc.red : state === 'done' ? pc.green : pc.cyan;
  const head = answer ? `${seconds(answer.timings.total)}, by ${answer.provider ?? '?'}` : status;
  const body = retracted === '' ? text : pc.red(pc.strikethrough(retracted));
  return [
    pc.bold(title),
    colour(head),
    ...notes.filter((note) => note !== status).map((note) => pc.yellow(`· ${note}`)),
    body + (state === 'running' ? pc.dim('▌') : ''),
  ].join('\n');
}

type Answer = NonNullable<CallView['answer']>;

interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** What it says of an answer. */
  readonly cell: (answer: Answer) => string;
  /** The width of the screen from which on it is shown. */
  readonly from: number;
}

const columns: readonly Column[] = [
  {
    head: 'answered by',
    align: 'left',
    cell: ({ cached, provider = '' }) => (cached ? `cache (${provider})` : provider),
    from: 0,
  },
  { head: 'attempts', align: 'right', cell: ({ attempts }) => String(attempts), from: 0 },
  {
    head: 'first token',
    align: 'right',
    cell: ({ timings: { firstToken } }) => (firstToken === undefined ? '' : seconds(firstToken)),
    from: 80,
  },
  { head: 'total', align: 'right', cell: ({ timings }) => seconds(timings.total), from: 0 },
  {
    head: 'tokens',
    align: 'right',
    cell: ({ cached, totalUsage: { inputTokens = '?', outputTokens = '?' } }) =>
      cached ? 'none' : `${String(inputTokens)} + ${String(outputTokens)}`,
    from: 70,
  },
];

/** The figures of all calls. */
export function summary(views: readonly CallView[], width: number): string {
  const shown = columns.filter(({ from }) => width >= from);
  const table = new Table({
    head: ['call', ...shown.map(({ head }) => head)],
    colAligns: ['left', ...shown.map(({ align }) => align)],
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    style,
  });
  for (const { title, state, answer } of views) {
    table.push([title, ...(answer ? shown.map(({ cell }) => cell(answer)) : [state])]);
  }
  return table.toString();
}
