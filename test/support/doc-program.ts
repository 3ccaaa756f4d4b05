import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as rxjs from 'rxjs';
import { declared, readSource, type DocExample } from './doc-examples';
import { exportedNames, nodes, parse } from './syntax';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where an example's names come from, the first that has one; by how it is imported. */
const sources: readonly (readonly [module: string, names: ReadonlySet<string>])[] = [
  ...(
    [
      ['doc-names', 'test/support/doc-names.ts'],
      ['rxllm', 'src/index.ts'],
      ['rxllm/testing', 'src/testing/index.ts'],
      ['rxllm/testing/simulator', 'src/testing/simulator/index.ts'],
      ['rxllm/node', 'src/transport/undici.ts'],
    ] as const
  ).map(
    ([module, path]) =>
      [module, new Set(exportedNames(readSource(path)).map(({ name }) => name))] as const,
  ),
  ['rxjs', new Set(Object.keys(rxjs))],
];

/** The example as a module: what it uses without declaring it is imported on the first line. */
export function asModule({ code }: DocExample): string {
  const file = parse({ path: 'example.ts', text: code });
  const own = new Set(file.statements.flatMap(declared));
  const used = new Set([...nodes(file)].filter(ts.isIdentifier).map(({ text }) => text));
  const imports = new Map<string, string[]>();
  for (const name of used) {
    const module = sources.find(([, names]) => names.has(name))?.[0];
    if (module === undefined || own.has(name)) continue;
    imports.set(module, [...(imports.get(module) ?? []), name]);
  }
  const lines = [...imports].map(
    ([module, names]) => `import { ${names.join()} } from '${module}';`,
  );
  return `${lines.join(' ')} export {};\n${code}`;
}

/** What the compiler says of examples, in one program. */
export function typeErrors(examples: readonly DocExample[]): string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(
    { compilerOptions: (config as { compilerOptions: object }).compilerOptions, files: [] },
    ts.sys,
    root,
  );
  const texts = new Map(
    examples.map((example, index) => [`${root}example-${String(index)}.ts`, asModule(example)]),
  );
  const extended: ts.CompilerOptions = {
    ...options,
    // The imports of a first line don't tell types from values.
    verbatimModuleSyntax: false,
    paths: {
      ...options.paths,
      'doc-names': ['./test/support/doc-names.ts'],
    },
  };
  const host = ts.createCompilerHost(extended);
  const program = ts.createProgram([...texts.keys()], extended, {
    ...host,
    fileExists: (path) => texts.has(path) || host.fileExists(path),
    readFile: (path) => texts.get(path) ?? host.readFile(path),
    getSourceFile: (path, languageVersion) => {
      const text = texts.get(path);
      return text === undefined
        ? host.getSourceFile(path, languageVersion)
        : ts.createSourceFile(path, text, languageVersion);
    },
  });
  return [...texts.keys()].flatMap((path, index) => {
    const file = program.getSourceFile(path);
    const found = [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ];
    return found.map(({ messageText, start = 0 }) => {
      const line = file!.getLineAndCharacterOfPosition(start).line;
      const message = ts.flattenDiagnosticMessageText(messageText, ' ');
      return `${examples[index]!.where}, line ${String(line)} of it: ${message}`;
    });
  });
}
