import ts from 'typescript';
import { packages, reachableFrom, type SourceFile } from './workspace.js';

/** A door of an adapter: an entry of its `exports`. */
export interface Door {
  readonly name: string;
  /** The lines of the sources that it loads, without blank lines, comments and tables. */
  readonly lines: number;
}

/** An adapter whose door has more lines needs a reason. */
export const usual = 250;

/** Why a door has more lines than `usual`. */
export const reasons: ReadonlyMap<string, string> = new Map([
  ['aws/agent', 'the errors of AWS, and names that a store can hold, as the other doors'],
  ['aws/parameter-store', 'batches, versions, labels, hierarchies, and the errors of ten operations'],
  ['aws/secrets-manager', 'batches, versions, restored secrets, ARNs, and the errors of nine operations'],
  ['env', 'templates for tenants, and lists that follow them'],
  ['exec', 'a queue, process groups, outputs in two forms, and runs that readers share'],
  ['files', 'two providers; generations of a folder, and changes that are found by a watch and a poll'],
  [
    'stripe/client',
    'keys that rotate, are checked and never printed, and the HTTP client that stripe-node expects',
  ],
  ['stripe/store-client', 'the same keys and HTTP client, with the error table, and four requests'],
  [
    'stripe',
    'scopes, accounts, live mode, batches by list, and the error table of an API with five surfaces',
  ],
  [
    'vault',
    'two versions of an engine, lists of folders, logins and leases that are renewed and replaced, and texts that separate one 403, 404 or 400 from another',
  ],
]);

/** Returns the doors of the adapters, without their openers, which load the rest. */
export function doorsOfAdapters(): readonly Door[] {
  return packages
    .filter(({ kind }) => kind === 'adapter')
    .flatMap(({ folder, entries, sources }) =>
      [...entries]
        .filter(([path]) => !path.endsWith('opener'))
        .map(([path, entry]) => ({
          name: `${folder}${path.slice(1)}`,
          lines: [...reachableFrom(entry, sources)].reduce((sum, source) => sum + linesOf(source), 0),
        })),
    );
}

/** Returns the number of lines that have code, but for tables. */
export function linesOf(source: SourceFile): number {
  const tree = source.tree();
  const lines = new Set<number>();
  const lineOf = (position: number): number => tree.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (isTable(node)) return;
    if (node.getChildCount(tree) > 0) {
      for (const child of node.getChildren(tree)) visit(child);
    } else if (!ts.isJSDoc(node) && node.getWidth(tree) > 0) {
      for (let line = lineOf(node.getStart(tree)); line <= lineOf(node.end); line += 1) lines.add(line);
    }
  };
  for (const statement of tree.statements) visit(statement);
  return lines.size;
}

/** Whether this is data: a constant of the module without a function in it. */
function isTable(node: ts.Node): boolean {
  if (ts.isJSDoc(node)) return true;
  if (!ts.isVariableStatement(node) || !ts.isSourceFile(node.parent)) return false;
  return node.declarationList.declarations.every(({ initializer }) => initializer && isData(initializer));
}

function isData(node: ts.Node): boolean {
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return false;
  return ts.forEachChild(node, (child) => (isData(child) ? undefined : true)) !== true;
}
