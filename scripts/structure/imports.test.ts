import { dirname, join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { importsOf, type Package, packages, type SourceFile } from './workspace.js';

/** What the code of a package may import from outside it; what its tests may import besides. */
const allowed: Readonly<
  Record<string, { readonly code: readonly string[]; readonly node?: readonly string[] }>
> = {
  core: { code: [] },
  memory: { code: ['@secretkit/core'] },
  env: { code: ['@secretkit/core'], node: ['src/secret-file.ts'] },
  middleware: { code: ['@opentelemetry/api', '@secretkit/core', 'lru-cache', 'p-retry'] },
  stripe: { code: ['@secretkit/core', 'stripe'] },
  config: {
    code: [
      '@secretkit/core',
      '@secretkit/env',
      '@secretkit/memory',
      '@secretkit/stripe',
      '@standard-schema/spec',
    ],
  },
  'stripe-emulator': { code: ['qs', 'vitest'], node: ['src/'] },
  conformance: { code: ['@secretkit/core', '@secretkit/memory'], node: ['src/leaks/'] },
  nestjs: { code: ['@secretkit/core', '@nestjs/common', '@nestjs/core'] },
};

const everyFile = packages.flatMap((of) => of.sources.map((file) => ({ of, file, path: file.path })));
const code = everyFile.filter(({ file }) => !file.isTest);

function outside(file: SourceFile): string[] {
  return importsOf(file).filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

it('every package has its rule', () => {
  expect(packages.map(({ folder }) => folder).sort()).toEqual(Object.keys(allowed).sort());
});

describe('code imports what its package may', () => {
  it.each(code)('$path', ({ of, file }) => {
    const rule = allowed[of.folder];
    expect(
      outside(file)
        .map(packageOf)
        .filter((name) => !rule?.code.includes(name)),
    ).toEqual([]);
    const node = importsOf(file).filter((specifier) => specifier.startsWith('node:'));
    const mayUseNode =
      rule?.node?.some((place) => file.path.startsWith(`packages/${of.folder}/${place}`)) ?? false;
    expect(mayUseNode ? [] : node).toEqual([]);
  });
});

describe('no package reaches into another, and nobody inside imports the index', () => {
  it.each(everyFile)('$path', ({ of, file }) => {
    const relative = importsOf(file).filter((specifier) => specifier.startsWith('.'));
    const targets = relative.map((specifier) => join(dirname(file.path), specifier));
    expect(targets.filter((target) => !target.startsWith(`packages/${of.folder}/`))).toEqual([]);
    expect(targets.filter((target) => target === `packages/${of.folder}/src/index.js`)).toEqual([]);
    expect(importsOf(file).filter((specifier) => specifier.includes('/src/'))).toEqual([]);
  });
});

describe('code depends on what it declares, and declares what it depends on', () => {
  it.each(packages)('$folder', ({ folder, manifest, sources }: Package) => {
    const used = new Set(
      sources
        .filter(({ isTest }) => !isTest)
        .flatMap(outside)
        .map(packageOf),
    );
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    expect([...used].sort(), folder).toEqual(declared.sort());
  });
});

it('only telemetry loads what not every user has', () => {
  const loading = code.filter(({ file }) =>
    importsOf(file).some((name) => name.startsWith('@opentelemetry/')),
  );
  const elsewhere = loading.filter(({ path }) => !/\/src\/telemetry(\.ts$|\/)/.test(path));
  expect(loading.length).toBeGreaterThan(0);
  expect(elsewhere.map(({ path }) => path)).toEqual([]);
  const users = code.filter(
    ({ path, file }) =>
      !/\/src\/telemetry(\.ts$|\/)/.test(path) && importsOf(file).some((name) => name.includes('telemetry')),
  );
  expect(users.map(({ path }) => path)).toEqual([]);
});

it('adapters do not know middleware, and middleware does not know adapters', () => {
  const layered = code.filter(({ of }) => ['memory', 'env', 'stripe', 'middleware'].includes(of.folder));
  const across = layered.flatMap(({ of, file }) =>
    outside(file).filter((specifier) =>
      of.folder === 'middleware'
        ? /^@secretkit\/(memory|env|stripe)/.test(specifier)
        : specifier.startsWith('@secretkit/middleware'),
    ),
  );
  expect(across).toEqual([]);
});
