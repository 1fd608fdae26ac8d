// Writes the JavaScript of every package: one file for each entry, and one for the sources that several entries share.
// Few files make a program start fast. The types stay one file for each source. A file that is as it must be stays untouched, and another
// one is replaced at once: programs may run meanwhile.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const packages = fileURLToPath(new URL('../../packages/', import.meta.url));

for (const name of readdirSync(packages)) {
  const folder = `${packages}${name}`;
  const written = await bundle(folder, entriesOf(folder));
  for (const file of readdirSync(`${folder}/dist`, { recursive: true })) {
    if (/\.js(\.map)?$/.test(file) && !written.has(resolve(folder, 'dist', file)))
      rmSync(`${folder}/dist/${file}`); // of an earlier build
  }
}

/** Returns the sources of `exports` and `bin`. */
function entriesOf(folder) {
  const { exports, bin = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const commands = Object.values(bin).map((command) => {
    const [, built] = /'\.\.\/dist\/(.+)\.js'/.exec(readFileSync(`${folder}/${command}`, 'utf8'));
    return `./src/${built}.ts`;
  });
  return [...Object.values(exports).flatMap((entry) => entry['@secretkit/source'] ?? []), ...commands];
}

/** Returns the files that it has written. */
async function bundle(folder, entries) {
  const results = [];
  const outputOf = new Map(entries.map((entry) => [resolve(folder, entry), builtFrom(folder, entry)]));
  const users = new Map();
  for (const entry of outputOf.keys()) {
    for (const source of await sourcesOf(folder, entry, outputOf)) {
      users.set(source, [...(users.get(source) ?? []), entry]);
    }
  }
  const shared = [...users].filter(([, by]) => by.length > 1).map(([source]) => source);
  const sharedFile = `${folder}/dist/shared.js`;
  for (const source of shared) outputOf.set(source, sharedFile);

  for (const entry of entries.map((each) => resolve(folder, each))) {
    results.push(await build({ ...options(folder, outputOf, outputOf.get(entry)), entryPoints: [entry] }));
  }
  if (shared.length === 0) return write(results);
  const contents = shared.map((source) => `export * from '${source}';\n`).join('');
  const others = new Map([...outputOf].filter(([source]) => !shared.includes(source)));
  results.push(
    await build({ ...options(folder, others, sharedFile), stdin: { contents, resolveDir: folder } }),
  );
  return write(results);
}

function write(results) {
  const files = results.flatMap(({ outputFiles }) => outputFiles);
  for (const { path, contents } of files) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, contents);
    renameSync(unfinished, path);
  }
  return new Set(files.map(({ path }) => path));
}

function builtFrom(folder, entry) {
  return resolve(folder, 'dist', relative('src', entry).replace(/\.ts$/, '.js'));
}

/** Returns the sources that an entry imports, without other entries and the sources that only they import. */
async function sourcesOf(folder, entry, outputOf) {
  const settings = options(folder, outputOf, outputOf.get(entry));
  const { metafile } = await build({ ...settings, entryPoints: [entry], metafile: true });
  return Object.keys(metafile.inputs)
    .map((source) => resolve(folder, source))
    .filter((source) => source !== entry);
}

/** @param outputOf - The output file of each source that is not bundled into the importing file. */
function options(folder, outputOf, outfile) {
  return {
    absWorkingDir: folder,
    outfile,
    bundle: true,
    write: false,
    packages: 'external',
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    sourcemap: true,
    sourcesContent: false, // the package contains them
    logLevel: 'warning',
    plugins: [
      {
        name: 'separate files',
        setup({ onResolve }) {
          onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir }) => {
            const file = outputOf.get(resolve(resolveDir, path).replace(/\.js$/, '.ts'));
            if (file === undefined) return undefined;
            const from = relative(dirname(outfile), file);
            return { path: from.startsWith('.') ? from : `./${from}`, external: true };
          });
        },
      },
    ],
  };
}
