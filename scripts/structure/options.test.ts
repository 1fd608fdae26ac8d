import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { docOf, nodesOf, publicDeclarations } from './exports.js';
import { type Package, packages } from './workspace.js';

/** One option, as its source declares it. */
interface Option {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
  readonly optional: boolean;
}

/** What the name of a number must end with or be; a jitter and a share are fractions. */
const units =
  /^jitter$|^share$|Ms$|Entries$|Versions$|Attempts$|Accounts$|Processes$|Requests$|PerSecond$|PerScope$|Size$|^port$|Bytes|Seconds|Days$/;

/** Returns the options that exported functions and classes take, by the name of their interface. */
function optionsOf(each: Package): [name: string, options: Option[]][] {
  const declarations = publicDeclarations(each);
  const interfaces = new Map(
    declarations.flatMap(({ name, node }) =>
      ts.isInterfaceDeclaration(node) && /(Options|Setup)$/.test(name) ? [[name, node] as const] : [],
    ),
  );
  const takers = declarations.filter(
    ({ node }) => ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node),
  );
  const found = new Set(takers.flatMap(({ node }) => parameterTypes(node)).flatMap(typeNames));
  for (const name of found) {
    const nested = interfaces.get(name); // options within options
    for (const member of nested?.members ?? []) {
      for (const inner of typeNames(member)) found.add(inner);
    }
  }
  return [...found].flatMap((name): [string, Option[]][] => {
    const declaration = interfaces.get(name);
    return declaration ? [[name, fieldsOf(declaration)]] : [];
  });
}

function parameterTypes(node: ts.Node): readonly ts.Node[] {
  return nodesOf(node).flatMap((each) => (ts.isParameter(each) && each.type ? [each.type] : []));
}

function typeNames(node: ts.Node): readonly string[] {
  return nodesOf(node).flatMap((each) => (ts.isTypeReferenceNode(each) ? [each.typeName.getText()] : []));
}

function fieldsOf({ members }: ts.InterfaceDeclaration): Option[] {
  return members.filter(ts.isPropertySignature).map((member) => ({
    name: member.name.getText(),
    type: member.type?.getText() ?? '',
    doc: docOf(member),
    optional: member.questionToken !== undefined,
  }));
}

/** Returns the first cells of a README's tables. */
function rowsOf(readme: string): string[] {
  return [...readme.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name);
}

const documented = packages.filter((each) => optionsOf(each).length > 0);

it('finds the options of every adapter', () => {
  const adapters = packages.filter(({ kind }) => kind === 'adapter');
  expect(adapters.length).toBeGreaterThan(0);
  expect(adapters.filter((each) => !documented.includes(each)).map(({ folder }) => folder)).toEqual([]);
});

describe.each(documented)('$folder', (each) => {
  const all = optionsOf(each);

  it.each(all)('%s: the README has a row for every option', (_, options) => {
    const rows = rowsOf(each.read('README.md') ?? '');
    expect(options.map(({ name }) => name).filter((name) => !rows.includes(name))).toEqual([]);
  });

  it.each(all)('%s: every option has a description, a default and a unit', (_, options) => {
    for (const { name, doc, type, optional } of options) {
      expect(doc, name).not.toBe('');
      if (optional && !type.includes(') => void') && name !== 'name') {
        expect(doc, name).toContain('@defaultValue');
      }
      if (type.startsWith('number')) expect(name, `the unit of ${name}`).toMatch(units);
    }
  });

  it('has no row in the README for an option that does not exist', () => {
    const readme = each.read('README.md') ?? '';
    const tables = [...readme.matchAll(/^\| option[^]*?(?=\n\n|$(?![^]))/gm)]
      .map(([table]) => table)
      .join('\n');
    const known = all.flatMap(([, options]) => options.map(({ name }) => name));
    expect(rowsOf(tables).filter((name) => !known.includes(name))).toEqual([]);
  });
});
