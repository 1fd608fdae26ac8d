import { build } from 'esbuild';

/** Bundles a Worker as its author does, with the conditions of wrangler. Resolves with the code. */
export async function bundleWorker(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    target: 'es2023',
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  const [{ imports }] = Object.values(metafile.outputs);
  if (imports.length > 0)
    throw new Error(`The worker must import nothing, got ${imports.map(({ path }) => path).join(', ')}.`);
  return outputFiles[0].text;
}
