import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';
import { type PackageInfo, readPackages, root } from './manifests.mjs';

/** One published package and its sources. */
export interface Package extends PackageInfo {
  /** The TypeScript files below `src`, by path. */
  readonly sources: readonly SourceFile[];
  /** The source of each entry, by its path in `exports`: `.`, `./cache`. */
  readonly entries: ReadonlyMap<string, SourceFile>;
  /** Returns the text of a file beside package.json, or `undefined`. */
  readonly read: (file: string) => string | undefined;
}

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** Whether only tests use the file. */
  readonly isTest: boolean;
  /** The specifiers of its imports, of values and of types. */
  readonly imports: readonly string[];
  /** Returns its syntax tree, which is parsed once. */
  readonly tree: () => ts.SourceFile;
}

/** The packages below `packages/`. */
export const packages: readonly Package[] = readPackages().map((info) => {
  const folder = `packages/${info.folder}`;
  const sources = sourcesBelow(`${folder}/src`);
  const entries = Object.entries(info.manifest.exports).flatMap(([path, target]) => {
    const file = typeof target === 'string' ? undefined : target['@secretkit/source'];
    const source = file && sources.find((each) => each.path === join(folder, file));
    return source ? [[path, source] as const] : [];
  });
  const read = (file: string): string | undefined => {
    const path = `${root}${folder}/${file}`;
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  return { ...info, sources, entries: new Map(entries), read };
});

/** Returns the TypeScript files below a folder of the repository. */
export function sourcesBelow(folder: string): readonly SourceFile[] {
  return readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map(readSource);
}

function readSource(path: string): SourceFile {
  const text = readFileSync(root + path, 'utf8');
  let tree: ts.SourceFile | undefined;
  return {
    path,
    text,
    isTest: /\.test(-d|-support)?\.ts$/.test(path) || path.includes('/test/'),
    imports: ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName),
    tree: () => (tree ??= ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)),
  };
}

/** Returns the path of the source that a relative import means. */
export function resolveImport(from: SourceFile, specifier: string): string {
  return join(dirname(from.path), specifier).replace(/\.js$/, '.ts');
}

/** Returns the imports of a source that are neither relative nor of `node:` modules. */
export function packageImports({ imports }: SourceFile): readonly string[] {
  return imports.filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'));
}

/** Returns the package of a specifier: `@secretkit/core` for `@secretkit/core/provider`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Returns the sources that an entry loads, and itself. */
export function reachableFrom(entry: SourceFile, sources: readonly SourceFile[]): ReadonlySet<SourceFile> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const found = new Set([entry]);
  for (const source of found) {
    for (const specifier of source.imports) {
      const target = specifier.startsWith('.') ? byPath.get(resolveImport(source, specifier)) : undefined;
      if (target) found.add(target); // a set's iteration visits what is added meanwhile
    }
  }
  return found;
}
