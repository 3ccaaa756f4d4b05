import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { exportedNames, parse, type SourceText } from './syntax';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A piece of code that the docs show. */
export interface DocExample {
  /** Where it is found. */
  readonly where: string;
  readonly code: string;
}

export function readSource(path: string): SourceText {
  return { path, text: readFileSync(root + path, 'utf8') };
}

/** The fences of README.md. */
export function readmeExamples(): DocExample[] {
  const { path, text } = readSource('README.md');
  return fences(text).map(({ code, line }) => ({ where: `${path}:${String(line)}`, code }));
}

/** Each example of each docstring below src. */
export function sourceExamples(): DocExample[] {
  return readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) => {
      const file = readSource(`src/${name.replaceAll('\\', '/')}`);
      return parse(file).statements.flatMap((statement) =>
        examplesOf(statement).map((code) => ({
          where: `${file.path}: ${declared(statement).join(', ')}`,
          code,
        })),
      );
    });
}

/** The public functions and classes of an entry point that no example shows. */
export function withoutExample(entry: string): string[] {
  return exportedNames(readSource(entry)).flatMap(({ name, kind, from }) => {
    if (kind === 'type') return [];
    const path = from === undefined ? entry : posix.join(posix.dirname(entry), from);
    const file = readSource([`${path}.ts`, `${path}/index.ts`, path].find(isFile)!);
    const callable = parse(file).statements.filter(
      (statement) =>
        (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) &&
        statement.name?.text === name,
    );
    const shown = callable.some((statement) => examplesOf(statement).length > 0);
    return callable.length === 0 || shown ? [] : [`${file.path}: ${name}`];
  });
}

function isFile(path: string): boolean {
  return path.endsWith('.ts') && ts.sys.fileExists(root + path);
}

/** The names that a statement declares. */
export function declared(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  if (ts.isImportDeclaration(statement)) {
    const bindings = statement.importClause?.namedBindings;
    return bindings && ts.isNamedImports(bindings)
      ? bindings.elements.map(({ name }) => name.text)
      : [];
  }
  const { name } = statement as Partial<ts.DeclarationStatement>;
  return name === undefined ? [] : [name.text];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isBindingElement(element) ? boundNames(element.name) : [],
  );
}

function examplesOf(statement: ts.Statement): string[] {
  return ts
    .getJSDocTags(statement)
    .filter(({ tagName }) => tagName.text === 'example')
    .flatMap(({ comment }) => fences(ts.getTextOfJSDocComment(comment) ?? ''))
    .map(({ code }) => code);
}

function fences(text: string): { readonly code: string; readonly line: number }[] {
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ 1: code = '', index }) => ({
    code,
    line: text.slice(0, index).split('\n').length,
  }));
}
