import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

export interface Footprint {
  readonly packages: number;
  readonly files: number;
}

/** Counts the packages and files that `npm install` adds for these packages, dependencies included, resolved from `from`. */
export function footprint(names: readonly string[], from: string): Footprint {
  const folders = new Set<string>();
  for (const name of names) collect(name, from, folders);
  const files = [...folders].reduce((sum, folder) => sum + countFiles(folder), 0);
  return { packages: folders.size, files };
}

function collect(name: string, from: string, into: Set<string>): void {
  const folder = findPackage(name, from);
  if (into.has(folder)) return;
  into.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const dependency of Object.keys(dependencies)) collect(dependency, folder, into);
}

function findPackage(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(found)) return realpathSync(found);
    if (folder === dirname(folder)) throw new Error(`${name} is not installed in ${from} or above.`);
  }
}

function countFiles(folder: string): number {
  if (folder.includes(`${sep}node_modules${sep}`)) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    return files.filter((each) => each.isFile() && !each.parentPath.includes(`${folder}${sep}node_modules`))
      .length;
  }
  // A package of the workspace: count the files that would be published.
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const [packed] = JSON.parse(stdout) as readonly [{ readonly entryCount: number }];
  return packed.entryCount;
}
