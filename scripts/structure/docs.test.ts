import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { type Declaration, docOf, publicDeclarations } from './exports.js';
import { packages } from './workspace.js';

const undescribed = /Options$/; // their fields are described one by one

describe.each(packages)('$folder', (each) => {
  const declarations = publicDeclarations(each);

  it('exports something', () => {
    expect(declarations.length).toBeGreaterThan(0);
  });

  it('documents every export', () => {
    const bare = declarations.filter(
      ({ name, node }) =>
        !undescribed.test(name) && docOf(node) === '' && !isFurtherOverload(name, node, declarations),
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  it('documents the errors of a function that checks its arguments', () => {
    const silent = declarations.filter(
      ({ name, node }) =>
        throws(node) && !docOf(node).includes('@throws') && !isFurtherOverload(name, node, declarations),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});

/** Whether the function throws by itself, or checks its arguments. */
function throws(node: ts.Node): boolean {
  if (!ts.isFunctionDeclaration(node) || !node.body) return false;
  return node.body.statements.some(
    (statement) =>
      ts.isThrowStatement(statement) ||
      (ts.isExpressionStatement(statement) &&
        ts.isCallExpression(statement.expression) &&
        /^check[A-Z]/.test(statement.expression.expression.getText())),
  );
}

/** The first signature of several carries the comment of all. */
function isFurtherOverload(name: string, node: ts.Node, all: readonly Declaration[]): boolean {
  const [first] = all.filter((other) => other.name === name);
  return ts.isFunctionDeclaration(node) && first !== undefined && first.node !== node;
}
