interface Palette {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly canvas: string;
  readonly box: string;
  readonly text: string;
  readonly reasoning: string;
  readonly tool: string;
  readonly start: string;
  readonly finish: string;
  readonly retract: string;
  readonly retry: string;
  readonly route: string;
  readonly cache: string;
  readonly wait: string;
  readonly value: string;
  readonly error: string;
}

// Fills carry white text, so they are of middle brightness in both.
const light: Palette = {
  ink: '#1f2328',
  muted: '#59636e',
  line: '#818b98',
  canvas: '#ffffff',
  box: '#eef1f5',
  text: '#0969da',
  reasoning: '#8250df',
  tool: '#0e7490',
  start: '#6e7781',
  finish: '#1a7f37',
  retract: '#bc4c00',
  retry: '#9a6700',
  route: '#bf3989',
  cache: '#0f766e',
  wait: '#6e7781',
  value: '#4b5563',
  error: '#cf222e',
};

const dark: Palette = {
  ink: '#e6edf3',
  muted: '#9aa4af',
  line: '#7d8590',
  canvas: '#0d1117',
  box: '#1c2128',
  text: '#1f6feb',
  reasoning: '#8957e5',
  tool: '#1281a0',
  start: '#7d8590',
  finish: '#238636',
  retract: '#d9641a',
  retry: '#b07d12',
  route: '#d0529c',
  cache: '#168a80',
  wait: '#7d8590',
  value: '#57606a',
  error: '#f85149',
};

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour as string}`)
    .join(';');

const MONO =
  "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

/** The style sheet of a drawing: it follows the reader's light or dark scheme. */
export const style = [
  `svg{${variables(light)}}`,
  `@media (prefers-color-scheme:dark){svg{${variables(dark)}}}`,
  `text{font:12px ${MONO};fill:var(--ink)}`,
  // A page may be dark while the reader's system is light: the halo keeps words legible.
  '.ink,.label,.note,.name{paint-order:stroke;stroke:var(--canvas);stroke-width:3px;stroke-linejoin:round}',
  '.title{font:600 14px system-ui,-apple-system,Segoe UI,Helvetica,Arial,sans-serif}',
  '.label{font-size:10px;fill:var(--muted);text-anchor:middle}',
  '.note{font-size:10px;fill:var(--muted)}',
  '.name{fill:var(--muted)}',
  '.operator{font-weight:600;text-anchor:middle}',
  '.inside{fill:#fff;font-weight:600;text-anchor:middle}',
  '.box{fill:var(--box);stroke:var(--line)}',
  '.line{stroke:var(--line);stroke-width:1.5;fill:none}',
  '.dashed{stroke-dasharray:2 4}',
  '.ghost{opacity:.35}',
  '.void{opacity:.45}',
  '.strike{stroke:var(--retract);stroke-width:2}',
  '.stroke{fill:none;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}',
  '.bold{stroke-width:3.5}',
  '.dashes{stroke-dasharray:1 5}',
  '.white{stroke:#fff}',
  ...Object.keys(light).map(
    (name) => `.${name}-fill{fill:var(--${name})}.${name}-stroke{stroke:var(--${name})}`,
  ),
].join('');
