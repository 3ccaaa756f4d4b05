import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { untestableNames } from './support/clocks';
import { forbiddenImports, privateImports, untidiness } from './support/rooms';
import { incompleteShelves, takenNames } from './support/shelves';
import type { SourceText } from './support/syntax';

const root = fileURLToPath(new URL('..', import.meta.url));

function filesIn(folder: string): SourceText[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort()
    .map(read);
}

function read(path: string): SourceText {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

/** The names that rxjs exports, types included. */
function rxjsNames(): Set<string> {
  const path = join(root, 'node_modules/rxjs/dist/types/index.d.ts');
  const program = ts.createProgram([path], { noLib: true, types: [] });
  const file = program.getSourceFile(path);
  const checker = program.getTypeChecker();
  const symbol = file && checker.getSymbolAtLocation(file);
  return new Set(symbol && checker.getExportsOfModule(symbol).map(({ name }) => name));
}

const sources = filesIn('src');
const index = read('src/index.ts');

describe('the rooms', () => {
  it('import only what they may', () => {
    expect(sources.flatMap(forbiddenImports)).toEqual([]);
  });

  it('know no clock, no timer, no chance and no promise but the ones they are given', () => {
    expect(sources.flatMap(untestableNames)).toEqual([]);
  });

  it('hold small files with named exports', () => {
    expect(sources.flatMap((file) => untidiness(file))).toEqual([]);
  });
});

describe('the public surface', () => {
  it('is all that examples and marbles need', () => {
    const users = [...filesIn('examples'), ...filesIn('marbles')];
    expect(users.flatMap(privateImports)).toEqual([]);
  });

  it('has a test, a marble spec, a drawing and an export for each policy, combinator and view', () => {
    const missing = incompleteShelves(sources, index, (path) => existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it('takes no name of rxjs', () => {
    const taken = rxjsNames();
    expect([...taken]).toEqual(
      expect.arrayContaining(['share', 'retry', 'Observable', 'Observer']),
    );
    const entries = [index, read('src/testing/index.ts'), read('src/testing/simulator/index.ts')];
    expect(entries.flatMap((entry) => takenNames(entry, taken))).toEqual([]);
  });
});

// The enforcers themselves: each is shown a file that breaks the rule, and one that doesn't.

const file = (path: string, text: string): SourceText => ({ path, text });

describe('forbiddenImports', () => {
  it.each([
    ['src/policy/a.ts', `import { b } from '../provider/openai'`],
    ['src/policy/a.ts', `import type { B } from '../view/b'`],
    ['src/policy/a.ts', `export { b } from '../transport/default'`],
    ['src/policy/a.ts', `type B = import('../view/b').B`],
    ['src/policy/a.ts', `const b = () => import('undici')`],
    ['src/policy/a.ts', `import { map } from 'rxjs/operators'`],
    ['src/policy/state/a.ts', `import { map } from 'rxjs'`],
    ['src/policy/state/a.ts', `import { b } from '../b'`],
    ['src/error/a.ts', `import { b } from '../event/b'`],
    ['src/error/a.ts', `import { type A, b } from '../event/b'`],
    ['src/event/a.ts', `import type { B } from '../request/b'`],
    ['src/view/a.ts', `import '../policy/b'`],
    ['src/wire/a.ts', `import { request } from 'undici'`],
    ['src/provider/openai/a.ts', `import { b } from '../../policy/b'`],
    ['src/testing/a.ts', `import { it } from 'vitest'`],
    ['src/testing/a.ts', `import { b } from './simulator'`],
    ['src/handler.ts', `import { b } from './event/b'`],
    ['src/cellar/a.ts', ``],
    ['src/cellar.ts', ``],
  ])('refuses in %s: %s', (path, text) => {
    expect(forbiddenImports(file(path, text))).toHaveLength(1);
  });

  it.each([
    ['src/policy/a.ts', `import { map } from 'rxjs'; import { B } from './state/b'`],
    ['src/policy/a.ts', `import type { Handler } from '../handler'`],
    ['src/error/a.ts', `import type { B } from '../event/b'`],
    ['src/error/a.ts', `import { type A, type B } from '../event/b'`],
    ['src/error/a.ts', `// import { b } from '../policy/b'`],
    ['src/provider/openai/a.ts', `import { b } from '../b'; import { c } from '../../wire/c'`],
    ['src/testing/simulator/a.ts', `import { createServer } from 'node:http'`],
    ['src/index.ts', `export { a } from './policy/a'`],
  ])('accepts in %s: %s', (path, text) => {
    expect(forbiddenImports(file(path, text))).toEqual([]);
  });
});

describe('privateImports', () => {
  it.each([
    ['examples/a.ts', `import { b } from '../src/policy/b'`],
    ['examples/tour/a.ts', `import { b } from '../../src'`],
    ['marbles/a.marbles.ts', `import { b } from 'rxllm/policy'`],
  ])('refuses in %s: %s', (path, text) => {
    expect(privateImports(file(path, text))).toHaveLength(1);
  });

  it.each([
    ['examples/tour/a.ts', `import { b } from '../b'; import { ask } from 'rxllm'`],
    ['marbles/a.marbles.ts', `import { spec } from './spec'; import { map } from 'rxjs'`],
  ])('accepts in %s: %s', (path, text) => {
    expect(privateImports(file(path, text))).toEqual([]);
  });
});

describe('untestableNames', () => {
  it.each([
    ['src/policy/a.ts', `const a = Date.now()`],
    ['src/policy/a.ts', `const { now } = Date`],
    ['src/policy/a.ts', `const a = new Date()`],
    ['src/store/a.ts', `const a = performance.now()`],
    ['src/view/a.ts', `setTimeout(f, 1)`],
    ['src/view/a.ts', `globalThis.setInterval(f, 1)`],
    ['src/provider/a.ts', `AbortSignal.timeout(5)`],
    ['src/internal/a.ts', `const a = Math.random()`],
    ['src/internal/a.ts', `const a = () => asyncScheduler.now()`],
    ['src/policy/a.ts', `source.pipe(delay(5))`],
    ['src/policy/a.ts', `timer(5).subscribe()`],
    ['src/policy/a.ts', `async function f() {}`],
    ['src/combinator/a.ts', `const f = async () => 1`],
    ['src/policy/a.ts', `await a`],
    ['src/view/a.ts', `Promise.resolve(1)`],
    ['src/view/a.ts', `firstValueFrom(a)`],
  ])('refuses in %s: %s', (path, text) => {
    expect(untestableNames(file(path, text))).toHaveLength(1);
  });

  it.each([
    ['src/policy/a.ts', `const { scheduler = asyncScheduler, random = Math.random } = options`],
    ['src/policy/a.ts', `function f(scheduler = asyncScheduler) {}`],
    ['src/policy/a.ts', `const scheduler = options.scheduler ?? asyncScheduler`],
    ['src/policy/a.ts', `import { asyncScheduler, firstValueFromNothing } from 'rxjs'`],
    ['src/policy/a.ts', `/** Not Date.now(), nor a Promise. */ const a = 'setTimeout'`],
    ['src/policy/a.ts', `timer(5, scheduler); delay(5, options.scheduler)`],
    ['src/error/a.ts', `const at = Date.parse(header); const date: Date = new Date(at)`],
    ['src/transport/a.ts', `setTimeout(f, Date.now())`],
    ['src/testing/a.ts', `setTimeout(f, Math.random())`],
    ['src/view/to-async-iterable.ts', `const next = () => new Promise(f)`],
    ['src/provider/a.ts', `const f = async () => 1`],
  ])('accepts in %s: %s', (path, text) => {
    expect(untestableNames(file(path, text))).toEqual([]);
  });
});

describe('untidiness', () => {
  it.each([
    `export * from './a'`,
    `export * as a from './a'`,
    `export default 1`,
    'const a = 1;\n'.repeat(301),
  ])('refuses: %.30s', (text) => {
    expect(untidiness(file('src/a.ts', text))).toHaveLength(1);
  });

  it.each([`export { a } from './a'; export const b = 1`, 'const a = 1;\n'.repeat(300)])(
    'accepts: %.30s',
    (text) => {
      expect(untidiness(file('src/a.ts', text))).toEqual([]);
    },
  );
});

describe('incompleteShelves', () => {
  const all = (): boolean => true;
  const policy = file('src/policy/calm-down.ts', `export function calmDown() {}`);
  const exporting = file('src/index.ts', `export { calmDown } from './policy/calm-down'`);

  it('accepts a policy that has everything', () => {
    const state = file('src/policy/state/calm.ts', `export class A {} export class B {}`);
    expect(incompleteShelves([policy, state], exporting, all)).toEqual([]);
  });

  it.each([
    'test/policy/calm-down.test.ts',
    'marbles/calm-down.marbles.ts',
    'docs/marbles/calm-down.svg',
  ])('misses %s', (path) => {
    const missing = incompleteShelves([policy], exporting, (wanted) => wanted !== path);
    expect(missing).toEqual([`src/policy/calm-down.ts: ${path} is missing`]);
  });

  it.each([``, `export type { calmDown } from './other'`, `export { calmDown } from './other'`])(
    'misses the export in: %s',
    (text) => {
      expect(incompleteShelves([policy], file('src/index.ts', text), all)).toHaveLength(1);
    },
  );

  it('misses a second name, and a file named for something else', () => {
    const two = file('src/view/calm-down.ts', `export const calmDown = 1; export const b = 2`);
    const other = file('src/view/quiet.ts', `export class CalmDown {}`);
    const both = file(
      'src/index.ts',
      `export { calmDown } from './view/calm-down'; export { CalmDown } from './view/quiet'`,
    );
    expect(incompleteShelves([two, other], both, all)).toHaveLength(2);
  });
});

describe('takenNames', () => {
  it('finds values and types, also under an alias', () => {
    const entry = file('src/index.ts', `export { a as retry, type Observer, b } from './a'`);
    expect(takenNames(entry, new Set(['retry', 'Observer', 'a']))).toHaveLength(2);
  });
});
