import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The folders whose public functions must have a spec, and what the docs call them. */
export const shelves = {
  standard: 'The usual pipeline',
  combinator: 'Combinators',
  policy: 'Policies',
  view: 'Views',
} as const;

/** A public function of a shelf. */
export interface PublicName {
  readonly name: string;
  readonly shelf: keyof typeof shelves;
  /** The file below `src/`, without its ending. */
  readonly file: string;
  /** The text of its docstring. */
  readonly doc: string;
}

const source = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../src/${file}.ts`, import.meta.url)), 'utf8');

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(`${file}.ts`, source(file), ts.ScriptTarget.Latest, true);

/** The public policies, combinators and views, in the order of the index. */
export function publicNames(): readonly PublicName[] {
  return parse('index').statements.flatMap((statement): PublicName[] => {
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) return [];
    const { moduleSpecifier: from, exportClause: names } = statement;
    if (!from || !ts.isStringLiteral(from) || !names || !ts.isNamedExports(names)) return [];
    const file = from.text.replace('./', '');
    const [, folder, alone] = /^(combinator|policy|view)\/[^/]+$|^(standard)$/.exec(file) ?? [];
    const shelf = folder ?? alone;
    if (shelf === undefined) return [];
    const docs = functionDocs(parse(file));
    return names.elements
      .filter(({ isTypeOnly, name }) => !isTypeOnly && docs.has(name.text))
      .map(({ name }) => ({
        name: name.text,
        shelf: shelf as PublicName['shelf'],
        file,
        doc: docs.get(name.text) ?? '',
      }));
  });
}

/** The docstrings of a file's exported functions; of overloads, the first one. */
function functionDocs(file: ts.SourceFile): ReadonlyMap<string, string> {
  const docs = new Map<string, string>();
  for (const statement of file.statements) {
    if (!ts.isFunctionDeclaration(statement) || statement.name === undefined) continue;
    const { text } = statement.name;
    const [comment] = ts.getJSDocCommentsAndTags(statement);
    if (!docs.has(text)) docs.set(text, comment === undefined ? '' : plainDoc(comment.getText()));
  }
  return docs;
}

function plainDoc(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}

/** The first sentence of a docstring. */
export function firstSentence(doc: string): string {
  const paragraph = (doc.split('\n\n')[0] ?? '').replace(/\s+/g, ' ');
  const sentence = /^.*?[.!?](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph;
  return sentence.replace(/\{@link (\w+)\}/g, '`$1`');
}

/** `retryBackoff` as a file name: `retry-backoff`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
