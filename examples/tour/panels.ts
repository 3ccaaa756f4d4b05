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
    const cells = views.slice(at, at + columns).map(panel);
    table.push(cells);
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
    ...notes.map((note) => pc.yellow(`· ${note}`)),
    '',
    body + (state === 'running' ? pc.dim('▌') : ''),
  ].join('\n');
}

/** The figures of all calls. */
export function summary(views: readonly CallView[]): string {
  const table = new Table({
    head: ['call', 'answered by', 'attempts', 'first token', 'total', 'tokens in/out', ''],
    style,
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const { title, state, answer } of views) {
    if (!answer) {
      table.push([title, '', '', '', '', '', state]);
      continue;
    }
    const { provider = '', attempts, timings, totalUsage, cached } = answer;
    const { inputTokens = '?', outputTokens = '?' } = totalUsage;
    table.push([
      title,
      provider,
      String(attempts),
      timings.firstToken === undefined ? '' : seconds(timings.firstToken),
      seconds(timings.total),
      cached ? 'none' : `${String(inputTokens)}/${String(outputTokens)}`,
      cached ? 'from the cache' : '',
    ]);
  }
  return table.toString();
}
