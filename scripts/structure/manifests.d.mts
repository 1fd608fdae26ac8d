/** The fields of a package.json that the structure tests read. */
export interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly type?: string;
  readonly license?: string;
  readonly engines?: { readonly node?: string };
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export type Kind = 'core' | 'middleware' | 'library' | 'adapter' | 'integration' | 'tool';

/** One published package, and the `secretkit` field of its package.json. */
export interface PackageInfo {
  /** The name of its folder below `packages/`. */
  readonly folder: string;
  readonly name: string;
  readonly manifest: Manifest;
  readonly kind: Kind;
  /** `any`: the code uses web standards only. Files in `node` load `node:` modules when they need them. */
  readonly runtime: 'any' | 'node';
  /** The URL schemes of an adapter's opener. Empty for other kinds. */
  readonly schemes: readonly string[];
  /** Files and folders whose code may import `node:` modules. A folder ends with a slash. */
  readonly node: readonly string[];
  /** Why the package needs a dependency, by the dependency's name. */
  readonly reasons: Readonly<Record<string, string>>;
}

export const root: string;
export const kinds: readonly Kind[];
export function readPackages(): readonly PackageInfo[];
export function workspaceDependencies<P extends PackageInfo>(
  info: PackageInfo,
  packages: readonly P[],
): readonly P[];
