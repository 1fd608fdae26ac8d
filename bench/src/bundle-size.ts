import { gzipSync } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';

export interface BundleSize {
  /** Bytes. */
  readonly minified: number;
  /** Bytes. */
  readonly gzipped: number;
  /** The number of source files, each of which Node loads if the application is not bundled. */
  readonly files: number;
  /** The minified bytes of each source file, by its path. */
  readonly bytesOf: Readonly<Record<string, number>>;
}

interface BundleOptions {
  /** Packages to leave out. @defaultValue none */
  readonly external?: readonly string[];
  /** Conditions of `exports`, beside those of a program in Node. @defaultValue none */
  readonly conditions?: readonly string[];
  /** For `browser`, an import of `node:` is an error. @defaultValue 'node' */
  readonly platform?: 'node' | 'browser';
  /** @defaultValue none */
  readonly plugins?: readonly Plugin[];
}

/** Returns a minified bundle of `source`, whose imports are resolved from `folder`. */
export async function bundle(
  source: string,
  folder: string,
  { external = [], conditions = [], platform = 'node', plugins = [] }: BundleOptions = {},
): Promise<{ readonly contents: Uint8Array; readonly metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: folder, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform,
    target: 'node20',
    external: [...external],
    conditions: [...conditions],
    plugins: [...plugins],
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (!file) throw new Error('bundle: esbuild returned no file.');
  return { contents: file.contents, metafile };
}

/** Returns the size of such a bundle. */
export async function bundleSize(
  source: string,
  folder: string,
  options: BundleOptions = {},
): Promise<BundleSize> {
  const { contents, metafile } = await bundle(source, folder, options);
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {});
  return {
    minified: contents.length,
    gzipped: gzipSync(contents, { level: 9 }).length,
    files: Object.keys(metafile.inputs).length - 1, // without `source` itself
    bytesOf: Object.fromEntries(inputs.map(([path, { bytesInOutput }]) => [path, bytesInOutput])),
  };
}
