import { basename, posix } from 'node:path';
import { exportedNames, type SourceText } from './syntax';

const shelves = ['policy', 'combinator', 'view'];

function onShelf(path: string): boolean {
  return shelves.some((shelf) => posix.dirname(path) === `src/${shelf}`);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter, at) => `${at === 0 ? '' : '-'}${letter.toLowerCase()}`);
}

/** What is missing of, or wrong with, the public policies, combinators and views. */
export function incompleteShelves(
  files: readonly SourceText[],
  index: SourceText,
  exists: (path: string) => boolean,
): string[] {
  const exported = exportedNames(index);
  return files
    .filter(({ path }) => onShelf(path))
    .flatMap((file) => {
      const word = basename(file.path, '.ts');
      const values = new Set(
        exportedNames(file).flatMap(({ kind, name }) => (kind === 'value' ? [name] : [])),
      );
      const [main = ''] = values;
      const from = `./${file.path.replace(/^src\/|\.ts$/g, '')}`;
      const isPublic = exported.some((entry) => entry.name === main && entry.from === from);
      const companions = [
        file.path.replace(/^src\/(.*)\.ts$/, 'test/$1.test.ts'),
        `marbles/${word}.marbles.ts`,
        `docs/marbles/${word}.svg`,
      ];
      return [
        ...(values.size === 1 && kebab(main) === word
          ? []
          : [`${file.path}: exports not just the one value that it is named for`]),
        ...(isPublic ? [] : [`${file.path}: is not exported from src/index.ts`]),
        ...companions
          .filter((path) => !exists(path))
          .map((path) => `${file.path}: ${path} is missing`),
      ];
    });
}

/** The names of an entry point that would hide, or be hidden by, others of a reader's imports. */
export function takenNames(entry: SourceText, taken: ReadonlySet<string>): string[] {
  return exportedNames(entry)
    .filter(({ name }) => taken.has(name))
    .map(({ name }) => `${entry.path}: ${name} is a name of rxjs`);
}
