import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allSpecs } from '../marbles/all-specs';
import { caseRows, docDiagrams, shows } from '../scripts/docs/doc-diagrams';
import { generateDocs } from '../scripts/docs/generate';
import { publicNames } from '../scripts/docs/public-names';

const docs = fileURLToPath(new URL('../docs/', import.meta.url));
const specs = new Map((await allSpecs()).map(({ spec }) => [spec.name, spec]));
const names = publicNames();

const committed = (): ReadonlyMap<string, string> => {
  if (!existsSync(`${docs}marbles`)) return new Map();
  const paths = ['README.md', ...readdirSync(`${docs}marbles`).map((name) => `marbles/${name}`)];
  return new Map(paths.map((path) => [path, readFileSync(docs + path, 'utf8')]));
};

describe('the committed docs', () => {
  it('are what the specs draw now; else run `npm run docs`', async () => {
    const fresh = await generateDocs();
    const stale = [...fresh].filter(([path, text]) => committed().get(path) !== text);
    const gone = [...committed().keys()].filter((path) => !fresh.has(path));
    expect([...stale.map(([path]) => path), ...gone]).toEqual([]);
  });
});

describe.each(names)('$name', ({ name, doc }) => {
  it('has a spec', () => {
    expect(Object.keys(specs.get(name)?.cases ?? {})).not.toEqual([]);
  });

  it('has a diagram in its docstring', () => {
    expect(docDiagrams(doc)).not.toEqual([]);
  });

  it.each(docDiagrams(doc))('shows in its docstring what a case of its spec runs', (...diagram) => {
    const cases = Object.values(specs.get(name)?.cases ?? {});
    const shown = cases.some((given) => shows(diagram, given));
    expect(shown ? [diagram] : cases.map(caseRows)).toContainEqual(diagram);
  });
});

it('every spec is of a public policy, combinator or view', () => {
  const known = names.map(({ name }) => name);
  expect([...specs.keys()].filter((name) => !known.includes(name))).toEqual([]);
});
