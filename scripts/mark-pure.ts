import ts from 'typescript';

/**
 * Marks the calls that make a module's constants as free of side effects, so that a
 * bundler drops those that nobody uses. The built files hold many modules each, and
 * `"sideEffects": false` only speaks of whole files.
 */
export function markPure(code: string): string {
  const file = ts.createSourceFile('built.js', code, ts.ScriptTarget.Latest);
  const starts = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    // A chain of calls begins where its first call does; one mark there is for all of it.
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) starts.add(node.getStart(file));
    ts.forEachChild(node, visit);
  };
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { initializer } of statement.declarationList.declarations) {
      if (initializer) visit(initializer);
    }
  }
  return [...starts]
    .sort((a, b) => b - a)
    .reduce((text, at) => `${text.slice(0, at)}/* @__PURE__ */ ${text.slice(at)}`, code);
}
