import ts from 'typescript';
import { expect, it } from 'vitest';
import { nodesOf, publicDeclarations } from './exports.js';
import { type Package, packages, resolveImport, type SourceFile } from './workspace.js';

/** Returns the tests of packages that call a function of the conformance kit. */
function conformanceRuns(kit: RegExp, within: readonly Package[] = packages): readonly SourceFile[] {
  return within
    .flatMap(({ sources }) => sources)
    .filter(
      (file) =>
        file.isTest &&
        nodesOf(file.tree()).some((node) => ts.isCallExpression(node) && kit.test(node.expression.getText())),
    );
}

const adapters = packages.filter(({ kind }) => kind === 'adapter');

it.each(adapters)('$folder runs the conformance kit on its provider', (adapter) => {
  expect(conformanceRuns(/^describeProvider$/, [adapter]).map(({ path }) => path)).not.toEqual([]);
});

const entries = packages
  .filter(({ kind }) => kind === 'middleware')
  .flatMap((of) => [...of.entries].map(([path, entry]) => ({ of, folder: of.folder, path, entry })))
  .filter(({ of, entry }) => exportsMiddleware(of, entry));

it('finds the entries that export middleware', () => {
  expect(entries.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['./cache', './fallback', './prefix', './recommended', './retry']),
  );
});

it.each(entries)('$folder: the conformance kit runs on $path', ({ of, path, entry }) => {
  const runs = conformanceRuns(/^describe(Provider|Middleware)$/);
  const tested = runs.filter(
    (file) =>
      file.imports.includes(of.name + path.slice(1)) ||
      file.imports.some((specifier) => resolveImport(file, specifier) === entry.path),
  );
  expect(tested.map((file) => file.path)).not.toEqual([]);
});

/** Whether an entry has a function that returns a middleware or a provider. */
function exportsMiddleware(of: Package, entry: SourceFile): boolean {
  return publicDeclarations({ ...of, entries: new Map([['', entry]]) }).some(
    ({ node }) =>
      ts.isFunctionDeclaration(node) &&
      /Middleware|Wrapped|Provider|Fallback/.test(node.type?.getText() ?? ''),
  );
}
