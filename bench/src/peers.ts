import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Policies } from './policies.js';
import type { Subject } from './subject.js';

/** The folder of the peers: a workspace of its own, so that only a run of the bench installs them. */
export const peersFolder: string = fileURLToPath(new URL('../peers/', import.meta.url));

interface Peers {
  readonly subjects: Readonly<Record<string, () => Promise<Subject>>>;
}

/** Imports the peers by a computed path, which no tool resolves before they are installed. */
export async function peers(): Promise<Peers> {
  return (await import(`${peersFolder}src/subjects.js`)) as Peers; // its `subjects` has this type
}

export async function cockatiel(): Promise<Policies> {
  return ((await import(`${peersFolder}src/cockatiel.js`)) as { readonly cockatiel: Policies }).cockatiel;
}

/** Returns the exact version of each peer. */
export function peerVersions(): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(`${peersFolder}package.json`, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies;
}

/** Installs the peers, unless the installation already matches their lockfile. */
export function installPeers(): void {
  const lockfile = readFileSync(`${peersFolder}pnpm-lock.yaml`, 'utf8');
  const installed = `${peersFolder}node_modules/.pnpm/lock.yaml`;
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lockfile) return;
  const { packageManager } = JSON.parse(readFileSync(`${peersFolder}package.json`, 'utf8')) as {
    packageManager: string;
  };
  console.error(`Installing the peers with ${packageManager} …`);
  const { status } = spawnSync('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], {
    cwd: peersFolder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('the installation of the peers failed. The output above has the reason.');
}
