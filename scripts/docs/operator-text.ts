import ts from 'typescript';

/**
 * How each case of a spec calls the operator that it is about, as its source says: the
 * first call of `name` inside the case's `apply`.
 */
export function operatorTexts(source: string, name: string): ReadonlyMap<string, string> {
  const file = ts.createSourceFile('spec.ts', source, ts.ScriptTarget.Latest, true);
  const texts = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isObjectLiteralExpression(node.initializer)) {
      const apply = node.initializer.properties.find(({ name: key }) => key?.getText() === 'apply');
      if (apply !== undefined) {
        texts.set(titleOf(node.name), callText(file, apply, name, memberNames(node.initializer)));
        return;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts;
}

function callText(file: ts.SourceFile, apply: ts.Node, name: string, members: string): string {
  // A shared instance is made outside of `apply`, so the whole file is the second place to look.
  const call = findCall(apply, name) ?? findCall(file, name);
  if (call === undefined) return `${name}()`;
  const [first, ...rest] = call.arguments.map((argument) => argument.getText());
  const listed = first === 'members' ? `{ ${members} }` : first;
  const text = spreadOut(file, `${name}(${[listed, ...rest].filter((part) => part !== undefined).join(', ')})`);
  return text
    .replace(/\s+/g, ' ')
    .replace(/,\s*([)}\]])/g, ' $1')
    .replace(/\(\s+|\s+\)/g, (space) => space.trim());
}

/** Writes out the options that cases share by `...name`. */
function spreadOut(file: ts.SourceFile, text: string): string {
  return text.replace(/\.\.\.(\w+)/g, (spread, name: string) => {
    const shared = file.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => declarationList.declarations)
      .find((declaration) => declaration.name.getText() === name)?.initializer;
    return shared && ts.isObjectLiteralExpression(shared)
      ? shared.properties.map((property) => property.getText()).join(', ')
      : spread;
  });
}

function findCall(node: ts.Node, name: string): ts.CallExpression | undefined {
  if (ts.isCallExpression(node) && node.expression.getText() === name) return node;
  return ts.forEachChild(node, (child) => findCall(child, name));
}

function memberNames(literal: ts.ObjectLiteralExpression): string {
  const members = literal.properties.find(({ name }) => name?.getText() === 'members');
  if (!members || !ts.isPropertyAssignment(members)) return '';
  return ts.isObjectLiteralExpression(members.initializer)
    ? members.initializer.properties.map((property) => property.name?.getText() ?? '').join(', ')
    : '';
}

const titleOf = (name: ts.PropertyName): string =>
  ts.isStringLiteralLike(name) ? name.text : name.getText();
