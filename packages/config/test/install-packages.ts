import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

const packages = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Installs packages of the workspace, and those that they depend on, in a folder as a registry would have them: their manifests
 * and compiled files.
 */
export async function installPackages(folder: string, names: readonly string[]): Promise<void> {
  for (const name of await withDependencies(names)) {
    const [source, target] = [join(packages, name), join(folder, 'node_modules', '@secretkit', name)];
    await mkdir(join(target, 'dist'), { recursive: true });
    await cp(join(source, 'package.json'), join(target, 'package.json'));
    await compile(join(source, 'src'), join(target, 'dist'));
  }
}

async function withDependencies(names: readonly string[]): Promise<ReadonlySet<string>> {
  const all = new Set(names);
  for (const name of all) {
    const manifest = await readFile(join(packages, name, 'package.json'), 'utf8');
    const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: Record<string, string> }; // pnpm has validated it
    for (const dependency of Object.keys(dependencies)) {
      const [, own] = /^@secretkit\/(.+)$/.exec(dependency) ?? [];
      if (own !== undefined) all.add(own); // the loop comes to it
    }
  }
  return all;
}

/** Links a dependency of a package into a folder. */
export async function linkPackage(folder: string, name: string, dependent = 'config'): Promise<void> {
  const installed = join(packages, dependent, 'node_modules', name);
  await symlink(installed, join(folder, 'node_modules', name), 'junction');
}

async function compile(source: string, target: string): Promise<void> {
  for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/(?<!\.test|\.test-d|\.test-support)\.ts$/.test(entry.name)) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(target, from.slice(source.length).replace(/\.ts$/, '.js'));
    const { code } = await transform(await readFile(from, 'utf8'), { loader: 'ts', target: 'es2023' });
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, code);
  }
}
