import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly license?: string;
  readonly engines?: { readonly node?: string };
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** One published package. */
export interface Package {
  /** The name of its folder. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Its files below `src`, by path. */
  readonly sources: readonly SourceFile[];
  /** A file beside its package.json, or nothing. */
  readonly read: (file: string) => string | undefined;
}

export interface SourceFile {
  /** From the root of the workspace on. */
  readonly path: string;
  readonly text: string;
  /** Is it for tests alone? */
  readonly isTest: boolean;
}

/** The packages of the workspace, as they lie on the disk. */
export const packages: readonly Package[] = readdirSync(`${root}packages`).map((folder) => {
  const at = `${root}packages/${folder}/`;
  const read = (file: string): string | undefined =>
    existsSync(at + file) ? readFileSync(at + file, 'utf8') : undefined;
  const files = readdirSync(`${at}src`, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return {
    folder,
    manifest: JSON.parse(read('package.json') ?? '{}') as Manifest, // pnpm has read it before
    sources: files.map((file) => ({
      path: `packages/${folder}/src/${file}`,
      text: readFileSync(`${at}src/${file}`, 'utf8'),
      isTest: /\.test(-d|-support)?\.ts$/.test(file) || /\.test-support\.ts$/.test(file),
    })),
    read,
  };
});

/** What a source imports, by specifier; imports that are written within a doc comment's example are none. */
export function importsOf({ text }: SourceFile): string[] {
  const code = text.replaceAll(/\/\*[^]*?\*\//g, '');
  const statements = code.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)'/gm);
  const dynamic = code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [...statements, ...dynamic].map(([, specifier = '']) => specifier);
}
