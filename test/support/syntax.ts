import ts from 'typescript';

/** A file of the project, by its path from the repository's root. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

export function parse({ path, text }: SourceText): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
}

/** Every node below, in the order of the text. */
export function* nodes(parent: ts.Node): Generator<ts.Node> {
  const children: ts.Node[] = [];
  ts.forEachChild(parent, (child) => void children.push(child));
  for (const child of children) {
    yield child;
    yield* nodes(child);
  }
}

/** One use of another module. */
export interface ModuleUse {
  readonly module: string;
  /** Only types are taken, so that nothing of it is loaded. */
  readonly typeOnly: boolean;
}

/** All that a file takes from other modules: imports, re-exports, `import()` and `require()`. */
export function moduleUses(file: SourceText): ModuleUse[] {
  const uses: ModuleUse[] = [];
  const use = (module: ts.Node | undefined, typeOnly: boolean): void => {
    if (module && ts.isStringLiteralLike(module)) uses.push({ module: module.text, typeOnly });
  };
  for (const node of nodes(parse(file))) {
    if (ts.isImportDeclaration(node)) use(node.moduleSpecifier, takesTypes(node.importClause));
    else if (ts.isExportDeclaration(node)) {
      use(node.moduleSpecifier, node.isTypeOnly || allTypes(node.exportClause));
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      use(node.argument.literal, true);
    } else if (ts.isCallExpression(node) && loads(node.expression)) use(node.arguments[0], false);
  }
  return uses;
}

function takesTypes(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  return clause.name === undefined && allTypes(clause.namedBindings);
}

function allTypes(bindings: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  if (!bindings || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return false;
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
}

function loads(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

/** One name that a module gives away. */
export interface ExportedName {
  readonly name: string;
  readonly kind: 'value' | 'type';
  /** The module that it is passed on from, if it is. */
  readonly from?: string;
}

/** The named exports of a file. */
export function exportedNames(file: SourceText): ExportedName[] {
  return parse(file).statements.flatMap((statement): ExportedName[] => {
    if (ts.isExportDeclaration(statement)) return passedOn(statement);
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!exported) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => ({
        name: name.getText(),
        kind: 'value',
      }));
    }
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      return [{ name: statement.name.text, kind: 'type' }];
    }
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      return statement.name ? [{ name: statement.name.text, kind: 'value' }] : [];
    }
    return [];
  });
}

function passedOn(statement: ts.ExportDeclaration): ExportedName[] {
  const { exportClause: clause, moduleSpecifier: module, isTypeOnly } = statement;
  if (!clause || !ts.isNamedExports(clause)) return [];
  const from = module && ts.isStringLiteral(module) ? { from: module.text } : {};
  return clause.elements.map((element) => ({
    name: element.name.text,
    kind: isTypeOnly || element.isTypeOnly ? 'type' : 'value',
    ...from,
  }));
}
