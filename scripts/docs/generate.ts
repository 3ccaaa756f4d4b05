import { readFile } from 'node:fs/promises';
import { allSpecs, type SpecFile } from '../../marbles/all-specs';
import { record } from '../../marbles/record';
import { draw, type Panel } from './drawing';
import { operatorTexts } from './operator-text';
import { firstSentence, kebab, type PublicName, publicNames, shelves } from './public-names';
import { rowsOf } from './rows';

/** Every generated file of the docs, by its path below `docs/`. */
export async function generateDocs(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const titles = new Map<string, readonly string[]>();
  for (const specFile of await allSpecs()) {
    const { name } = specFile.spec;
    const [first, ...more] = await panelsOf(specFile);
    if (first === undefined) continue;
    titles.set(
      name,
      [first, ...more].map(({ title }) => title),
    );
    files.set(`marbles/${kebab(name)}.svg`, draw(name, [first]));
    if (more.length > 0) files.set(`marbles/${kebab(name)}-more.svg`, draw(name, more));
  }
  files.set('README.md', index(titles));
  return files;
}

async function panelsOf({ path, spec: { name, cases } }: SpecFile): Promise<readonly Panel[]> {
  const operators = operatorTexts(await readFile(path, 'utf8'), name);
  return Promise.all(
    Object.entries(cases).map(async ([title, given]) => ({
      title,
      operator: operators.get(title) ?? `${name}()`,
      rows: rowsOf(await record(given), given),
    })),
  );
}

const INTRODUCTION = `# Marble diagrams

Each drawing is a test: \`npm run docs\` runs the specs in [\`marbles/\`](../marbles) in virtual
time and draws what happened. Don't edit this folder by hand.

Time goes to the right. A line begins where its stream is subscribed to, a bar is
completion, a red cross an error, a dotted bar the moment when somebody left. What is
faint was never sent, since the call was aborted before it; what is struck out was taken back
by a \`retract\`. Two slashes leave out the time above them.
`;

function index(titles: ReadonlyMap<string, readonly string[]>): string {
  const names = publicNames();
  const sections = Object.entries(shelves).map(([shelf, heading]) => {
    const entries = names.filter((entry) => entry.shelf === shelf);
    return [`## ${heading}\n`, ...entries.map((entry) => section(entry, titles))].join('\n');
  });
  return [INTRODUCTION, ...sections].join('\n');
}

function section(
  { name, file, doc }: PublicName,
  titles: ReadonlyMap<string, readonly string[]>,
): string {
  const [first, ...more] = titles.get(name) ?? [];
  const drawing = `marbles/${kebab(name)}`;
  return [
    `### [\`${name}\`](../src/${file}.ts)\n`,
    `${firstSentence(doc)}\n`,
    ...(first === undefined ? [] : [`![${name}: ${first}](${drawing}.svg)\n`]),
    ...(more.length === 0
      ? []
      : [
          '<details>',
          `<summary>${more.length === 1 ? 'One more case' : `${more.length} more cases`}</summary>\n`,
          `![${name}: ${more.join('; ')}](${drawing}-more.svg)\n`,
          '</details>\n',
        ]),
  ].join('\n');
}
