import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server of the system, with a folder of its own, on a free port of the loopback interface. */
export interface ServerProcess {
  readonly port: number;
  readonly folder: string;
  /** Ends the server with a signal, and waits for its end. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** Returns the path of a program, on the PATH or in one of the folders that distributions use. */
export function findProgram(name: string): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort() : [];
  const folders = [
    ...(process.env['PATH'] ?? '').split(':'),
    '/usr/sbin',
    ...versions.reverse().map((version) => `/usr/lib/postgresql/${version}/bin`),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Whether the tests of a program run: if it is installed, and in CI in any case. */
export function isTested(...programs: readonly string[]): boolean {
  return (
    process.env['SECRETKIT_CI'] !== undefined || programs.every((name) => findProgram(name) !== undefined)
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The user that runs a server: PostgreSQL refuses to run as root. */
export interface Runner {
  readonly uid?: number;
  readonly gid?: number;
}

export function runnerOf(user: string): Runner {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number =>
    Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim());
  return { uid: id('-u'), gid: id('-g') };
}

export function serverFolder({ uid, gid }: Runner): string {
  const folder = mkdtempSync(join(tmpdir(), 'secretkit-server-'));
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Starts a server, and waits until `isReady`. */
export async function startProcess(
  command: readonly [string, ...string[]],
  runner: Runner,
  isReady: () => Promise<boolean>,
): Promise<(signal: NodeJS.Signals) => Promise<void>> {
  const [program, ...args] = command;
  const child: ChildProcess = spawn(program, args, { ...runner, stdio: 'ignore', cwd: '/' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  for (let attempt = 0; !(await isReady()); attempt += 1) {
    if (attempt > 600 || child.exitCode !== null) throw new Error(`${program} did not start.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return async (signal) => {
    child.kill(signal);
    await ended;
    process.off('exit', kill);
  };
}

/** Starts a server, again if it ends at once: another process may have got one of its ports meanwhile. */
export async function untilItStarts<T>(start: () => Promise<T>): Promise<T> {
  for (let left = 2; ; left -= 1) {
    try {
      return await start();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
