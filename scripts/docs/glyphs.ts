import { element } from './svg';

/** The shapes that tell events apart without colour. */
export type Glyph = keyof typeof glyphs;

const disc = (colour: string, ...lines: readonly string[]): string =>
  element('circle', { r: 10, class: `${colour}-fill` }) +
  lines.map((d) => element('path', { d, class: 'stroke white' })).join('');

const diamond = (colour: string, ...lines: readonly string[]): string =>
  element('path', { d: 'M0-13L13 0L0 13L-13 0Z', class: `${colour}-fill` }) +
  lines.map((d) => element('path', { d, class: 'stroke white' })).join('');

const square = (colour: string, ...lines: readonly string[]): string =>
  element('rect', { x: -10, y: -10, width: 20, height: 20, rx: 4, class: `${colour}-fill` }) +
  lines.map((d) => element('path', { d, class: 'stroke white' })).join('');

/** Each around the point (0, 0), in a colour of the palette. */
export const glyphs = {
  start: (colour: string): string =>
    element('path', { d: 'M-6-9L9 0L-6 9Z', class: `${colour}-fill` }),
  finish: (colour: string): string => square(colour, 'M-5 0L-1 4L5-4'),
  retract: (colour: string): string =>
    diamond(colour, 'M-1-5L-5-1L-1 3', 'M-5-1H2A3 3 0 0 1 2 5H0'),
  retry: (colour: string): string =>
    disc(colour, 'M4.5-3.5A5.5 5.5 0 1 0 5.5 1', 'M5.5-6.5V-2.8H1.8'),
  route: (colour: string): string => diamond(colour, 'M-5 0H5', 'M1-4L5 0L1 4'),
  cache: (colour: string): string => disc(colour, 'M1-6L-4 1H4L-1 6'),
  wait: (colour: string): string => disc(colour, 'M0-5V0L3.5 3'),
  usage: (colour: string): string => square(colour, 'M4-5H-4L0 0L-4 5H4'),
  degraded: (colour: string): string => diamond(colour, 'M0-6V1', 'M0 5V5.1'),
  error: (colour: string): string =>
    element('path', { d: 'M-8-8L8 8M8-8L-8 8', class: `stroke bold ${colour}-stroke` }),
  left: (colour: string): string =>
    element('path', { d: 'M0-14V14', class: `stroke dashes ${colour}-stroke` }),
};
