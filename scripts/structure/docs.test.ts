import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { packages, type SourceFile } from './workspace.js';

/** What a package exports from its entries: the declarations, in whatever file they stand. */
function publicDeclarations(
  sources: readonly SourceFile[],
  entries: readonly string[],
): [string, ts.Node, string][] {
  const names = new Set(
    sources
      .filter(({ path }) => entries.some((entry) => path.endsWith(entry)))
      .flatMap(({ text, path }) => exportedNames(parse(text, path))),
  );
  return sources
    .filter(({ isTest, path }) => !isTest && !path.endsWith('/index.ts'))
    .flatMap(({ text, path }) =>
      parse(text, path)
        .statements.filter((statement) => isExported(statement))
        .flatMap((statement) =>
          declaredNames(statement).map((name): [string, ts.Node, string] => [name, statement, text]),
        )
        .filter(([name]) => names.has(name)),
    );
}

function parse(text: string, path: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function exportedNames(file: ts.SourceFile): string[] {
  return file.statements.flatMap((statement) => {
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause &&
      ts.isNamedExports(statement.exportClause)
    ) {
      return statement.exportClause.elements.map(({ name }) => name.text);
    }
    return isExported(statement) ? declaredNames(statement) : [];
  });
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.DeclarationStatement; // functions, classes, interfaces and types have one
  return name ? [name.getText()] : [];
}

function docOf(node: ts.Node, text: string): string {
  return (ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [])
    .map(({ pos, end }) => text.slice(pos, end))
    .filter((comment) => comment.startsWith('/**'))
    .join('\n');
}

/** Does the function throw by itself, or check its options? */
function throws(node: ts.Node): boolean {
  if (!ts.isFunctionDeclaration(node) || !node.body) return false;
  return node.body.statements.some((statement) =>
    /^\s*(throw |check(Options|Number|Function)\()/.test(statement.getText()),
  );
}

const entries = [
  '/src/index.ts',
  '/src/cache.ts',
  '/src/circuit-breaker.ts',
  '/src/order.ts',
  '/src/rate-limit.ts',
  '/src/recommended.ts',
  '/src/fallback.ts',
  '/src/observe.ts',
  '/src/prefix.ts',
  '/src/read-only.ts',
  '/src/rename.ts',
  '/src/retry.ts',
  '/src/telemetry.ts',
  '/src/timeout.ts',
  '/src/create-stripe-client.ts',
  '/src/vitest.ts',
  '/src/env-opener.ts',
  '/src/memory-opener.ts',
  '/src/stripe-opener.ts',
];
const undescribed = /Options$/; // their fields are described one by one

describe.each(packages)('$folder', ({ sources }) => {
  const declarations = publicDeclarations(sources, entries);

  it('exports something', () => {
    expect(declarations.length).toBeGreaterThan(0);
  });

  it('documents every export', () => {
    const bare = declarations.filter(
      ([name, node, text]) =>
        !undescribed.test(name) && docOf(node, text) === '' && !isOverload(name, node, declarations),
    );
    expect(bare.map(([name]) => name)).toEqual([]);
  });

  it('says what a function throws that checks its arguments', () => {
    const silent = declarations.filter(
      ([name, node, text]) =>
        throws(node) && !docOf(node, text).includes('@throws') && !isOverload(name, node, declarations),
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});

/** The first signature of several carries the comment of all. */
function isOverload(name: string, node: ts.Node, all: readonly [string, ts.Node, string][]): boolean {
  const [first] = all.filter(([other]) => other === name);
  return ts.isFunctionDeclaration(node) && first !== undefined && first[1] !== node;
}
