import ts from 'typescript';

/**
 * Lets what CommonJS loads late be required. An `import()` within it needs a loader of modules,
 * which is not there where a program's files are run by hand, as Jest does.
 */
export function requireLate(code: string): string {
  const file = ts.createSourceFile('built.js', code, ts.ScriptTarget.Latest);
  const imports: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      imports.push(node.expression);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return imports.reduceRight(
    (text, at) => `${text.slice(0, at.getStart(file))}require${text.slice(at.end)}`,
    code,
  );
}
