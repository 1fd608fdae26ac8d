import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface BundleSize {
  /** Bytes. */
  readonly minified: number;
  /** Bytes. */
  readonly gzipped: number;
  /** The number of source files, each of which Node loads if the application is not bundled. */
  readonly files: number;
}

/** Returns the size of a bundle of `source`, whose imports are resolved from `folder`. */
export async function bundleSize(
  source: string,
  folder: string,
  external: readonly string[] = [],
): Promise<BundleSize> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: folder, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: [...external],
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (!file) throw new Error('bundleSize: esbuild returned no file.');
  return {
    minified: file.contents.length,
    gzipped: gzipSync(file.contents, { level: 9 }).length,
    files: Object.keys(metafile.inputs).length - 1, // without `source` itself
  };
}
