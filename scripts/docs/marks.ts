import { type ChatEvent, LlmError } from 'rxllm';
import type { TrackMoment } from '../../marbles/tracks';
import { glyphs, type Glyph } from './glyphs';
import { element, escape, textWidth } from './svg';
import { summary } from './summary';

/** What is drawn on a row at one moment. */
export interface Mark {
  /** Around the point (0, 0) on the row's line. */
  readonly svg: string;
  readonly width: number;
  /** The words below it. */
  readonly label: readonly string[];
  /** What it says to who can't see it. */
  readonly words: string;
}

const RADIUS = 12;
const MARGIN = 8;

/** The mark of a notification. */
export function markOf({ notification }: TrackMoment): Mark {
  switch (notification.kind) {
    case 'C':
      return {
        svg: element('path', { d: 'M0-14V14', class: 'stroke line-stroke' }),
        width: 12,
        label: [],
        words: 'complete',
      };
    case 'E': {
      const name = errorName(notification.error);
      return glyph('error', 'error', [name], `error ${name}`);
    }
    case 'N':
      return isEvent(notification.value)
        ? eventMark(notification.value)
        : valueMark(notification.value);
  }
}

/** The mark of a subscription that was left before the stream had ended. */
export function leftMark(label: string): Mark {
  return glyph('left', 'line', [label], label);
}

function eventMark(event: ChatEvent): Mark {
  switch (event.type) {
    case 'text-delta':
      return marble('text', event.text, [], `text ${JSON.stringify(event.text)}`);
    case 'reasoning-delta':
      return marble(
        'reasoning',
        event.text,
        ['reasoning'],
        `reasoning ${JSON.stringify(event.text)}`,
      );
    case 'tool-call':
      return plate('tool', event.name, ['tool call']);
    case 'tool-call-delta':
      return plate('tool', event.input === '' ? event.name : event.input, ['arguments']);
    case 'start':
      return glyph('start', 'start', ['start']);
    case 'finish':
      return glyph('finish', 'finish', [
        'finish',
        ...(event.reason === 'stop' ? [] : [event.reason]),
      ]);
    case 'keep-alive':
      return glyph('usage', 'line', ['keep-alive']);
    case 'usage':
      return glyph('usage', 'wait', ['usage']);
    case 'retract':
      return glyph('retract', 'retract', ['retract']);
    case 'retry':
      return glyph('retry', 'retry', [`retry ${event.attempt}`, `in ${duration(event.delay)}`]);
    case 'route':
      return glyph('route', 'route', [`→ ${event.name}`]);
    case 'cache':
      return glyph('cache', 'cache', [
        `cache ${event.status}`,
        ...(event.saved === undefined ? [] : [`saves ${duration(event.saved)}`]),
      ]);
    case 'wait':
      return glyph('wait', 'wait', ['waits', `${event.ahead} ahead`]);
    case 'repair':
      return glyph('retry', 'retry', [`repair ${event.attempt}`]);
    case 'degraded':
      return glyph('degraded', 'retry', ['degraded', event.by]);
  }
}

const isEvent = (value: unknown): value is ChatEvent =>
  typeof (value as { type?: unknown } | null | undefined)?.type === 'string';

function marble(colour: string, text: string, label: readonly string[], words: string): Mark {
  const shown = short(visible(text));
  const width = Math.max(2 * RADIUS, textWidth(shown, 12) + 14);
  return labelled(pill(width, RADIUS, `${colour}-fill`, shown), width, label, words);
}

function plate(colour: string, text: string, label: readonly string[]): Mark {
  const shown = short(visible(text));
  const width = Math.max(2 * RADIUS, textWidth(shown, 12) + 14);
  return labelled(
    pill(width, 4, `${colour}-fill`, shown),
    width,
    label,
    [...label, text].join(' '),
  );
}

function valueMark(value: unknown): Mark {
  const { text, label } = summary(value);
  return plate('value', text, label);
}

function glyph(
  name: Glyph,
  colour: string,
  label: readonly string[],
  words = label.join(' '),
): Mark {
  return labelled(glyphs[name](colour), 22, label, words);
}

function labelled(svg: string, width: number, label: readonly string[], words: string): Mark {
  const widest = Math.max(0, ...label.map((line) => textWidth(line, 10)));
  return { svg, width: Math.max(width, widest) + MARGIN, label, words };
}

function pill(width: number, radius: number, className: string, text: string): string {
  const height = 2 * RADIUS;
  return (
    element('rect', { x: -width / 2, y: -RADIUS, width, height, rx: radius, class: className }) +
    element('text', { y: 4, class: 'inside' }, escape(text))
  );
}

function errorName(error: unknown): string {
  if (LlmError.is(error)) return error.kind;
  return error instanceof Error ? error.name : String(error);
}

const LONGEST = 22;

function short(text: string): string {
  const characters = [...text];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : text;
}

// A space at an edge would not be seen, and an empty text would be a bare shape.
function visible(text: string): string {
  return text === '' ? '∅' : text.replace(/^\s|\s$/g, '·').replace(/\n/g, '↵');
}

/** A time as it is written in a diagram. */
export function duration(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} m`;
  return ms >= 1000 && ms % 100 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
