import { className, deepEqual, fieldsOf, isCollection } from './deep-equal';
import { letterEvent } from './letters';

/** A notification of RxJS. */
export type Notification =
  | { readonly kind: 'N'; readonly value: unknown }
  | { readonly kind: 'E'; readonly error: unknown }
  | { readonly kind: 'C' };

/** A notification and when it came. */
export interface Moment {
  readonly frame: number;
  readonly notification: Notification;
}

/** When a stream was subscribed to and left; `Infinity` for never. */
export interface SubscriptionSpan {
  readonly subscribedFrame: number;
  readonly unsubscribedFrame: number;
}

const LONGEST = 160;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');

/** Says how two streams differ: both as rows under one time line, then what the letters mean. */
export function explainMoments(actual: readonly Moment[], expected: readonly Moment[]): string {
  const naming = new Naming();
  const frames = [...new Set([...expected, ...actual].map(({ frame }) => frame))].sort(
    (a, b) => a - b,
  );
  const cells = (moments: readonly Moment[]): string[] =>
    frames.map((frame) => {
      const marks = moments.filter((moment) => moment.frame === frame).map((m) => naming.mark(m));
      if (marks.length < 2) return marks[0] ?? '-';
      return `(${marks.join(marks.every((mark) => mark.length === 1) ? '' : ' ')})`;
    });
  const rows = [frames.map(String), cells(expected), cells(actual)];
  const widths = frames.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (label: string, row: readonly string[]): string =>
    `  ${label.padEnd(9)} ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`;
  return [
    'the streams differ',
    line('at (ms)', rows[0] ?? []).trimEnd(),
    line('expected', rows[1] ?? []).trimEnd(),
    line('actual', rows[2] ?? []).trimEnd(),
    ...naming.legend().map((entry) => `  ${entry}`),
  ].join('\n');
}

/** Says how two lists of subscriptions differ. */
export function explainSpans(
  actual: readonly SubscriptionSpan[],
  expected: readonly SubscriptionSpan[],
): string {
  const list = (spans: readonly SubscriptionSpan[]): string =>
    spans
      .map(
        ({ subscribedFrame: from, unsubscribedFrame: to }) =>
          `${String(from)} to ${to === Infinity ? 'the end' : String(to)}`,
      )
      .join(', ') || 'none';
  return `the subscriptions differ (ms)\n  expected  ${list(expected)}\n  actual    ${list(actual)}`;
}

/** Names the values of a table, with the default letter where there is one. */
class Naming {
  readonly #names: { readonly name: string; readonly notification: Notification }[] = [];
  #values = 0;
  #errors = 0;

  mark({ notification }: Moment): string {
    if (notification.kind === 'C') return '|';
    const known = this.#names.find((entry) => deepEqual(entry.notification, notification));
    if (known !== undefined) return known.name;
    const name = this.#nameOf(notification);
    this.#names.push({ name, notification });
    return name;
  }

  legend(): readonly string[] {
    const entries = this.#names
      .filter(({ name }) => !/^[a-zA-Z]$/.test(name))
      .map(({ name, notification }) => ({ name, text: write(payload(notification), 0) }));
    const texts = entries.map(({ text }) => text);
    return entries.map(({ name, text }) => `${name} = ${shorten(text, texts)}`);
  }

  #nameOf(notification: Notification): string {
    if (notification.kind === 'E') {
      this.#errors += 1;
      return this.#errors === 1 ? '#' : `#${String(this.#errors)}`;
    }
    const value = payload(notification);
    const letter = LETTERS.find(
      (candidate) => value === candidate || deepEqual(letterEvent(candidate), value),
    );
    // The string 'a' and the text delta of 'a' must not look alike.
    const free = !this.#names.some(({ name }) => name === letter);
    if (letter !== undefined && free) return letter;
    this.#values += 1;
    return `v${String(this.#values)}`;
  }
}

function payload(notification: Notification): unknown {
  if (notification.kind === 'N') return notification.value;
  return notification.kind === 'E' ? notification.error : undefined;
}

/** Of a long text the part around where it begins to differ from the text most like it. */
function shorten(text: string, texts: readonly string[]): string {
  if (text.length <= LONGEST) return text;
  const others = texts.filter((other) => other !== text);
  const alike = Math.max(0, ...others.map((other) => sharedLength(text, other)));
  const from = Math.max(0, alike - LONGEST / 2);
  const to = from + LONGEST;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** A text of any value, which shows what `deepEqual` looks at. */
function write(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${String(value)}n`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth > 4) return '…';
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(', ')}]`;
  const name = className(value);
  if (isCollection(value)) return `${name} ${write([...value], depth)}`;
  if (value instanceof Date) return `${name}(${value.toJSON()})`;
  const fields = fieldsOf(value)
    .filter((field) => !(value instanceof Error && field === 'message'))
    .map((field) => `${field}: ${write(Reflect.get(value, field), depth + 1)}`);
  const text = fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  if (value instanceof Error) return `${name}(${JSON.stringify(value.message)}) ${text}`;
  if (name === 'Object' || name === '') return text;
  const said = fields.length === 0 ? String(value) : '[object Object]';
  return said.startsWith('[object ') ? `${name} ${text}` : `${name}(${said})`;
}
