import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { exportedNames, nodesOf } from './exports.js';
import { packages } from './workspace.js';

describe.each(packages)('$folder', ({ folder, manifest, sources, entries, read }) => {
  const code = sources.filter(({ isTest }) => !isTest);

  it('is a package that can be published', () => {
    expect(manifest).toMatchObject({
      name: `@secretkit/${folder}`,
      type: 'module',
      license: 'MIT',
      engines: { node: '>=20.19' },
    });
    expect(manifest.description).toMatch(/\S/); // the README's table shows it
    expect(read('LICENSE')).toMatch(/^MIT License/);
    expect(manifest.files).toEqual(expect.arrayContaining(['CHANGELOG.md', 'dist', '!src/**/*.test*.ts']));
    for (const [path, target] of Object.entries(manifest.exports)) {
      if (path === './package.json') continue;
      expect(Object.keys(target)).toEqual(['@secretkit/source', 'types', 'default']);
      expect(entries.get(path), `the source of ${path}`).toBeDefined();
    }
  });

  it('has a README with a description, an installation, an example and errors', () => {
    const readme = read('README.md') ?? '';
    expect(readme).toMatch(new RegExp(`^# @secretkit/${folder}\\n\\n\\S`));
    expect(readme).toMatch(new RegExp(`npm install .*@secretkit/${folder}\\b`));
    expect(readme).toContain('```ts\n');
    expect(readme).toMatch(/error/i);
  });

  it('has a README that installs the packages that its example imports', () => {
    const readme = read('README.md') ?? '';
    const [, installed = ''] = /^npm install (.*)$/m.exec(readme) ?? [];
    const [, example = ''] = /^```ts\n([^]*?)^```$/m.exec(readme) ?? [];
    const imported = [...example.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)(?=[/'])/g)].map(
      ([, name = '']) => name,
    );
    const needed = imported.filter((name) => !name.startsWith('@nestjs/')); // a Nest application has them
    expect(needed.length).toBeGreaterThan(0);
    expect(installed.split(' ')).toEqual(expect.arrayContaining(needed));
  });

  it('names its exports one by one', () => {
    const starred = code.filter((file) =>
      file
        .tree()
        .statements.some(
          (statement) =>
            ts.isExportAssignment(statement) || (ts.isExportDeclaration(statement) && !isNamed(statement)),
        ),
    );
    expect(starred.map(({ path }) => path)).toEqual([]);
  });

  it('keeps no state in a module', () => {
    const stateful = code.filter((file) =>
      file.tree().statements.some((statement) => ts.isVariableStatement(statement) && !isConst(statement)),
    );
    expect(stateful.map(({ path }) => path)).toEqual([]);
  });

  it('does not read NODE_ENV', () => {
    const reading = code.filter((file) =>
      nodesOf(file.tree()).some(
        (node) => (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && node.text === 'NODE_ENV',
      ),
    );
    expect(reading.map(({ path }) => path)).toEqual([]);
  });
});

const adapters = packages.filter(({ kind }) => kind === 'adapter');

it.each(adapters)('$folder exports a provider, and an opener at ./opener', ({ folder, entries, schemes }) => {
  const camel = folder.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const own = schemes.length > 1 ? '\\w+' : camel; // several providers have names of their own
  const namesOf = (path: string): readonly string[] => {
    const entry = entries.get(path);
    return entry ? exportedNames(entry) : [];
  };
  const provided = [...entries.keys()].filter((path) => path !== './opener').flatMap(namesOf);
  expect(provided.join(' ')).toMatch(new RegExp(`\\b${own}Secrets\\b`));
  expect(namesOf('./opener').join(' ')).toMatch(new RegExp(`\\b${own}Opener\\b`));
});

it('no two adapters have a URL scheme in common', () => {
  const schemes = packages.flatMap((each) => each.schemes);
  expect(schemes.length).toBeGreaterThan(0);
  expect(schemes.filter((scheme, at) => schemes.indexOf(scheme) !== at)).toEqual([]);
});

function isNamed({ exportClause }: ts.ExportDeclaration): boolean {
  return exportClause !== undefined && ts.isNamedExports(exportClause);
}

function isConst({ declarationList }: ts.VariableStatement): boolean {
  return (declarationList.flags & ts.NodeFlags.Const) !== 0;
}
