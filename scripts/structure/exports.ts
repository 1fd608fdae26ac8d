import ts from 'typescript';
import { type Package, resolveImport, type SourceFile } from './workspace.js';

/** An exported name, and the statement that declares it. */
export interface Declaration {
  readonly name: string;
  readonly node: ts.Statement;
  readonly file: SourceFile;
}

/** Returns the declarations that a package exports, each once. Overloads are declarations of their own. */
export function publicDeclarations({ entries, sources }: Package): readonly Declaration[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const all = [...entries.values()].flatMap((entry) =>
    exportedNames(entry).flatMap((name) => declarationsOf(name, entry, byPath)),
  );
  return [...new Map(all.map((each) => [each.node, each])).values()];
}

/** Returns the names that a source exports, of values and of types. */
export function exportedNames(file: SourceFile): readonly string[] {
  const names = file.tree().statements.flatMap((statement) => {
    const exported = namedExports(statement);
    if (exported) return exported.elements.map(({ name }) => name.text);
    return isExported(statement) ? declaredNames(statement) : [];
  });
  return [...new Set(names)];
}

function declarationsOf(
  name: string,
  file: SourceFile,
  byPath: ReadonlyMap<string, SourceFile>,
): readonly Declaration[] {
  return file.tree().statements.flatMap((statement): readonly Declaration[] => {
    if (isExported(statement) && declaredNames(statement).includes(name))
      return [{ name, node: statement, file }];
    const element = namedExports(statement)?.elements.find((each) => each.name.text === name);
    const specifier = element && moduleOf(statement as ts.ExportDeclaration); // it has named exports
    const target = specifier && byPath.get(resolveImport(file, specifier));
    return element && target
      ? declarationsOf((element.propertyName ?? element.name).text, target, byPath)
      : [];
  });
}

/** Returns the text of a node's doc comments. */
export function docOf(node: ts.Node): string {
  const text = node.getSourceFile().text;
  return (ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [])
    .map(({ pos, end }) => text.slice(pos, end))
    .filter((comment) => comment.startsWith('/**'))
    .join('\n');
}

/** Returns a node and all nodes within it. */
export function nodesOf(node: ts.Node): readonly ts.Node[] {
  const nodes = [node];
  for (const each of nodes) ts.forEachChild(each, (child) => void nodes.push(child));
  return nodes;
}

/** Returns the names that a top-level statement declares. */
function declaredNames(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.DeclarationStatement; // functions, classes, interfaces and types have one
  return name ? [name.getText()] : [];
}

function namedExports(statement: ts.Statement): ts.NamedExports | undefined {
  if (!ts.isExportDeclaration(statement)) return undefined;
  const { exportClause } = statement;
  return exportClause && ts.isNamedExports(exportClause) ? exportClause : undefined;
}

function moduleOf({ moduleSpecifier }: ts.ExportDeclaration): string | undefined {
  return moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}
