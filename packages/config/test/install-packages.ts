import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

const packages = fileURLToPath(new URL('../../', import.meta.url));

/** Installs packages of the workspace in a folder as a registry would have them: their manifests and compiled files. */
export async function installPackages(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const [source, target] = [join(packages, name), join(folder, 'node_modules', '@secretkit', name)];
    await mkdir(join(target, 'dist'), { recursive: true });
    await cp(join(source, 'package.json'), join(target, 'package.json'));
    await compile(join(source, 'src'), join(target, 'dist'));
  }
}

/** Links a dependency of this package into a folder. */
export async function linkPackage(folder: string, name: string): Promise<void> {
  const installed = join(packages, 'config', 'node_modules', name);
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
