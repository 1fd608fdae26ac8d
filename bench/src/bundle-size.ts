import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface BundleSize {
  readonly minified: number;
  readonly gzipped: number;
  /** How many files it is made of: what Node loads, one by one, where nobody bundles. */
  readonly files: number;
}

/** What these imports add to an application, in bytes, minified and compressed. */
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
  if (!file) throw new Error('nothing was bundled');
  return {
    minified: file.contents.length,
    gzipped: gzipSync(file.contents, { level: 9 }).length,
    files: Object.keys(metafile.inputs).length - 1, // without the source above
  };
}
