import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Kind, root } from './manifests.mjs';
import {
  type Package,
  packageImports,
  packageOf,
  packages,
  reachableFrom,
  resolveImport,
  type SourceFile,
  sourcesBelow,
} from './workspace.js';

/** What the code of a package may import of this repository, by the package's kind. Tests may import anything. */
interface Rule {
  /** Kinds of packages. */
  readonly kinds: readonly Kind[];
  /** Doors of `@secretkit/core`: for applications, adapters, and authors of middleware. */
  readonly doors: readonly ('' | '/provider' | '/middleware')[];
}

const rules: Readonly<Record<Kind, Rule>> = {
  core: { kinds: [], doors: [] },
  middleware: { kinds: ['core'], doors: ['', '/provider', '/middleware'] },
  library: { kinds: ['core'], doors: ['', '/provider'] },
  adapter: { kinds: ['core', 'library'], doors: ['', '/provider'] },
  integration: { kinds: ['core', 'library', 'integration'], doors: ['', '/provider'] },
  tool: { kinds: ['core', 'tool'], doors: ['', '/provider', '/middleware'] },
};

const everyFile = packages.flatMap((of) => of.sources.map((file) => ({ of, file, path: file.path })));
const code = everyFile.filter(({ file }) => !file.isTest);
const byName = new Map(packages.map((each) => [each.name, each]));

describe('code imports only what its kind of package may', () => {
  it.each(code)('$path', ({ of, file }) => {
    const { kinds, doors } = rules[of.kind];
    const own = packageImports(file).filter((specifier) => byName.has(packageOf(specifier)));
    const kindOf = (specifier: string): Kind | undefined => byName.get(packageOf(specifier))?.kind;
    expect(own.filter((specifier) => !kinds.some((kind) => kind === kindOf(specifier)))).toEqual([]);
    const ofCore = own.filter((specifier) => kindOf(specifier) === 'core');
    const allowed = doors.map((door) => `@secretkit/core${door}`);
    expect(ofCore.filter((specifier) => !allowed.includes(specifier))).toEqual([]);
  });
});

it('middleware and adapters never import each other', () => {
  const across = code.flatMap(({ of, file }) =>
    packageImports(file)
      .filter((specifier) => {
        const kinds = [of.kind, byName.get(packageOf(specifier))?.kind];
        return kinds.includes('middleware') && kinds.includes('adapter');
      })
      .map((specifier) => `${file.path}: ${specifier}`),
  );
  expect(across).toEqual([]);
});

it('only tests import the conformance kit', () => {
  const examples = readdirSync(`${root}examples`).flatMap((name) => sourcesBelow(`examples/${name}/src`));
  const files = [...code.map(({ file }) => file), ...examples.filter(({ isTest }) => !isTest)];
  const importing = files.filter(({ imports }) => imports.map(packageOf).includes('@secretkit/conformance'));
  expect(examples.length).toBeGreaterThan(0);
  expect(importing.map(({ path }) => path)).toEqual([]);
});

describe('node: modules are imported where the manifest says', () => {
  it.each(code)('$path', ({ of, file }) => {
    const isNamed = of.node.some((place) => isWithin(file, of, place));
    expect(isNamed ? [] : file.imports.filter(isNodeModule)).toEqual([]);
  });

  it.each(packages)('$folder names no place that does without', (of) => {
    const importing = of.sources.filter(({ imports, isTest }) => !isTest && imports.some(isNodeModule));
    expect(of.node.filter((place) => !importing.some((file) => isWithin(file, of, place)))).toEqual([]);
  });
});

describe('a file imports neither another package by its path nor the index of its own', () => {
  it.each(everyFile)('$path', ({ of, file }) => {
    const relative = file.imports.filter((specifier) => specifier.startsWith('.'));
    const folder = `packages/${of.folder}/`;
    const outside = relative
      .map((specifier) => resolveImport(file, specifier))
      .filter((path) => !path.startsWith(folder));
    const index = relative.filter((specifier) => resolveImport(file, specifier) === `${folder}src/index.ts`);
    expect(outside).toEqual([]);
    expect(index).toEqual([]);
    expect(file.imports.filter((specifier) => specifier.includes('/src/'))).toEqual([]);
  });
});

describe('code imports every dependency that the manifest declares, and no other', () => {
  it.each(packages)('$folder', ({ manifest, sources }) => {
    const used = new Set(
      sources
        .filter(({ isTest }) => !isTest)
        .flatMap(packageImports)
        .map(packageOf),
    );
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    expect([...used].sort()).toEqual(declared.sort());
  });
});

describe('an optional peer is loaded by an entry of its own', () => {
  const withPeers = packages.flatMap((of) =>
    Object.keys(of.manifest.peerDependenciesMeta ?? {}).map((peer) => ({ of, folder: of.folder, peer })),
  );

  it.each(withPeers)('$folder: $peer', ({ of, peer }) => {
    const loading = [...of.entries].filter(([, entry]) => loads(entry, peer, of)).map(([path]) => path);
    expect(loading).not.toEqual([]);
    expect(loading).not.toContain('.');
    expect(loading.length).toBeLessThan(of.entries.size);
  });

  it('telemetry alone loads OpenTelemetry', () => {
    const middleware = packages.filter(({ kind }) => kind === 'middleware');
    const loading = middleware.flatMap((of) =>
      [...of.entries].filter(([, entry]) => loads(entry, '@opentelemetry/api', of)).map(([path]) => path),
    );
    expect(loading).toEqual(['./telemetry']);
  });
});

function loads(entry: SourceFile, name: string, { sources }: Package): boolean {
  return [...reachableFrom(entry, sources)].some(({ imports }) => imports.map(packageOf).includes(name));
}

/** A place is a file, or a folder with a slash at its end. */
function isWithin({ path }: SourceFile, { folder }: Package, place: string): boolean {
  const at = `packages/${folder}/${place}`;
  return path === at || (place.endsWith('/') && path.startsWith(at));
}

function isNodeModule(specifier: string): boolean {
  return specifier.startsWith('node:');
}
