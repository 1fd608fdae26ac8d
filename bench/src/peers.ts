import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Policies } from './policies.js';
import type { Subject } from './subject.js';

/** Where the peers live, in a workspace of its own: nobody who does not run the bench should install them. */
export const peersFolder: string = fileURLToPath(new URL('../peers/', import.meta.url));

interface Peers {
  readonly subjects: Readonly<Record<string, () => Promise<Subject>>>;
}

/** The peers, by a name that nothing resolves before they are installed. */
export async function peers(): Promise<Peers> {
  return (await import(`${peersFolder}src/subjects.js`)) as Peers; // as it says itself
}

export async function cockatiel(): Promise<Policies> {
  return ((await import(`${peersFolder}src/cockatiel.js`)) as { readonly cockatiel: Policies }).cockatiel;
}

/** The exact version of each peer. */
export function peerVersions(): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(`${peersFolder}package.json`, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies;
}

/** Installs the peers, unless they are there as their lockfile says. */
export function installPeers(): void {
  const lockfile = readFileSync(`${peersFolder}pnpm-lock.yaml`, 'utf8');
  const installed = `${peersFolder}node_modules/.pnpm/lock.yaml`;
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lockfile) return;
  const { packageManager } = JSON.parse(readFileSync(`${peersFolder}package.json`, 'utf8')) as {
    packageManager: string;
  };
  console.error(`Installing the libraries to compare with, by ${packageManager} …`);
  const { status } = spawnSync('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], {
    cwd: peersFolder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('The installation failed: see the lines above.');
}
