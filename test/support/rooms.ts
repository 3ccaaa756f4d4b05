import { posix } from 'node:path';
import ts from 'typescript';
import { moduleUses, type SourceText } from './syntax';

interface Room {
  /** Rooms of ours that may be imported; 'types:x' gives only the types of x. */
  readonly ours: readonly string[];
  /** Packages and Node modules; 'node:*' stands for all of Node's. */
  readonly libraries: readonly string[];
}

/** Who may import what. A room may always import itself; a room without a row doesn't exist. */
const rooms: Readonly<Record<string, Room>> = {
  handler: { ours: ['types:request', 'types:event'], libraries: ['rxjs'] },
  request: { ours: [], libraries: ['zod', 'node:crypto'] },
  event: { ours: [], libraries: [] },
  error: { ours: ['types:request', 'types:event'], libraries: [] },
  internal: {
    ours: ['handler', 'request', 'event', 'error', 'policy/state'],
    libraries: ['rxjs'],
  },
  'policy/state': { ours: [], libraries: [] },
  policy: {
    ours: ['handler', 'request', 'event', 'error', 'policy/state', 'internal', 'store'],
    libraries: ['rxjs'],
  },
  combinator: {
    ours: ['handler', 'request', 'event', 'error', 'policy/state', 'internal', 'store'],
    libraries: ['rxjs'],
  },
  standard: {
    ours: ['handler', 'request', 'event', 'internal', 'combinator', 'policy'],
    libraries: ['rxjs'],
  },
  presets: { ours: ['types:standard'], libraries: [] },
  store: { ours: [], libraries: ['lru-cache'] },
  wire: { ours: ['error', 'internal'], libraries: ['eventsource-parser'] },
  transport: { ours: ['error', 'internal'], libraries: ['rxjs', 'undici', 'node:*'] },
  provider: {
    ours: ['handler', 'request', 'event', 'error', 'transport', 'wire', 'internal'],
    libraries: ['rxjs'],
  },
  view: { ours: ['event', 'error', 'internal'], libraries: ['rxjs'] },
  testing: {
    ours: ['handler', 'request', 'event', 'error'],
    libraries: ['rxjs', 'rxjs/testing'],
  },
  'testing/simulator': { ours: ['testing', 'event'], libraries: ['rxjs', 'node:*'] },
};

const entryPoints = [
  'rxllm',
  'rxllm/schema',
  'rxllm/node',
  'rxllm/testing',
  'rxllm/testing/simulator',
];

/** The room of a file below src: the longest that fits. */
function roomOf(path: string): string {
  const inside = path.replace(/^src\//, '').replace(/\.ts$/, '');
  const fitting = Object.keys(rooms).filter(
    (room) => inside === room || inside.startsWith(`${room}/`),
  );
  return fitting.sort((a, b) => b.length - a.length)[0] ?? posix.dirname(inside);
}

/** What a file below src imports though its room may not. */
export function forbiddenImports(file: SourceText): string[] {
  if (file.path === 'src/index.ts') return [];
  const name = roomOf(file.path);
  const room = rooms[name];
  if (!room) return [`${file.path}: the room '${name}' is not in the table`];
  return moduleUses(file).flatMap(({ module, typeOnly }) => {
    const target = module.startsWith('.')
      ? roomOf(posix.join(posix.dirname(file.path), module))
      : undefined;
    const allowed =
      target === undefined
        ? room.libraries.some((library) => matches(library, module))
        : target === name ||
          room.ours.includes(target) ||
          (typeOnly && room.ours.includes(`types:${target}`));
    return allowed ? [] : [`${file.path}: '${name}' may not import '${module}'`];
  });
}

/** What a file of examples/ or marbles/ takes from the package by another way than a user can. */
export function privateImports(file: SourceText): string[] {
  const folder = file.path.split('/')[0] ?? '';
  return moduleUses(file).flatMap(({ module }) => {
    const inside = posix.join(posix.dirname(file.path), module).startsWith(`${folder}/`);
    const unknown = module.startsWith('rxllm') && !entryPoints.includes(module);
    const fine = module.startsWith('.') ? inside : !unknown;
    return fine ? [] : [`${file.path}: imports '${module}', which is no public entry point`];
  });
}

function matches(library: string, module: string): boolean {
  return library === 'node:*' ? module.startsWith('node:') : library === module;
}

/** A file that nobody can overlook, and that says by name what it gives. */
export function untidiness(file: SourceText, maxLines = 300): string[] {
  const lines = file.text.split('\n').length - 1;
  const long = lines > maxLines ? [`${file.path}: ${lines} lines, at most ${maxLines}`] : [];
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022);
  const stars = source.statements.filter(
    (statement) =>
      ts.isExportDeclaration(statement) &&
      statement.moduleSpecifier &&
      !(statement.exportClause && ts.isNamedExports(statement.exportClause)),
  );
  const defaults = source.statements.filter(ts.isExportAssignment);
  return [
    ...long,
    ...stars.map(() => `${file.path}: has an export *`),
    ...defaults.map(() => `${file.path}: has a default export`),
  ];
}
