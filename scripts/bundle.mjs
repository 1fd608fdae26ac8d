// Writes the JavaScript of every package: one file for each entry, and one for what several share. A program that starts
// waits for each file that it loads, so few are better than many; the types stay one file for each source.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));

for (const name of readdirSync(packages)) {
  const folder = `${packages}${name}`;
  const { exports, bin = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  for (const file of readdirSync(`${folder}/dist`, { recursive: true })) {
    if (/\.js(\.map)?$/.test(file)) rmSync(`${folder}/dist/${file}`); // of a build before
  }
  await build({
    absWorkingDir: folder,
    entryPoints: [
      ...Object.values(exports).flatMap((entry) => entry['@secretkit/source'] ?? []),
      ...Object.values(bin).map((command) => sourceOf(`${folder}/${command}`)),
    ],
    outdir: 'dist',
    outbase: 'src',
    bundle: true,
    splitting: true,
    chunkNames: 'shared-[hash]',
    packages: 'external',
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    sourcemap: true,
    sourcesContent: false, // the package has them
    logLevel: 'warning',
  });
}

/** A command is a file that imports what is built. */
function sourceOf(command) {
  const [, built] = /'\.\.\/dist\/(.+)\.js'/.exec(readFileSync(command, 'utf8'));
  return `src/${built}.ts`;
}
