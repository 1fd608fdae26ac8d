import { randomBytes } from 'node:crypto';
import { constants, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { checkOptions, kindOf } from '@secretkit/core/provider';
import type { SnapshotStore } from './snapshot-store.js';

export interface SnapshotFilesOptions {
  /**
   * The absolute path of a folder for these files only. It is created with the mode 0700. One that exists must be a folder, not
   * a link, of the user of this process, without rights for others.
   */
  readonly folder: string;
}

const extension = '.sealed';
const temporary = '.tmp';
const temporaryEndsMs = 60_000; // of a process that died between its temporary file and the rename
const maxBytes = 4 * 1024 * 1024; // no backend has longer values

/**
 * Returns a store of snapshots in a folder: one file for each secret, named by an HMAC, with the mode 0600. A file is written
 * beside its name and renamed, so a reader gets the old record or the new one.
 *
 * @throws `TypeError` for wrong options.
 */
export function snapshotFiles(options: SnapshotFilesOptions): SnapshotStore {
  const { folder } = checkOptions('snapshotFiles', options, ['folder']);
  if (typeof folder !== 'string' || !isAbsolute(folder) || folder.includes('\0')) {
    const got = typeof folder === 'string' ? 'another text' : kindOf(folder);
    throw new TypeError(`snapshotFiles: folder must be an absolute path, got ${got}.`);
  }
  const pathOf = (name: string): string => {
    if (/^[\w-]{1,200}$/.test(name)) return join(folder, name + extension);
    throw new TypeError('snapshotFiles: a name must have 1 to 200 of A–Z, a–z, 0–9, "-" and "_".');
  };

  return {
    async read(name) {
      const path = pathOf(name);
      if (!(await isPrivate(folder))) return undefined;
      try {
        return await readWhole(path);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        if (isLink(error)) return '';
        throw error;
      }
    },

    async write(name, record) {
      const path = pathOf(name);
      if (!(await isPrivate(folder))) await makeFolder(folder);
      const beside = join(folder, `${name}.${randomBytes(8).toString('hex')}${temporary}`);
      try {
        const file = await open(beside, 'wx', 0o600); // it follows no link
        try {
          await file.writeFile(record);
        } finally {
          await file.close();
        }
        await rename(beside, path);
      } catch (error) {
        await rm(beside, { force: true }).catch(() => undefined);
        throw error;
      }
    },

    async remove(name) {
      const path = pathOf(name);
      if (await isPrivate(folder)) await rm(path, { force: true });
    },

    async prune(before) {
      if (!(await isPrivate(folder))) return;
      const nowMs = Date.now();
      for (const file of await readdir(folder)) {
        const isTemporary = file.endsWith(temporary);
        if (!isTemporary && !file.endsWith(extension)) continue;
        const untilMs = isTemporary
          ? nowMs - temporaryEndsMs
          : (before?.getTime() ?? Number.POSITIVE_INFINITY);
        const path = join(folder, file);
        const status = await lstat(path).catch(() => undefined); // another process may have removed it
        if (status && status.mtimeMs < untilMs) await rm(path, { force: true });
      }
    },
  };
}

/** Returns `false` if there is no folder. @throws If others may write to it, or read it. */
async function isPrivate(folder: string): Promise<boolean> {
  let status: Awaited<ReturnType<typeof lstat>>;
  try {
    status = await lstat(folder);
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
  const uid = process.getuid?.();
  const isOwn = uid === undefined || (status.uid === uid && (status.mode & 0o077) === 0); // Windows has neither
  if (status.isDirectory() && isOwn) return true;
  throw new Error('snapshotFiles: folder must be a folder of the user of this process with the mode 0700.');
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await isPrivate(folder); // another user may have made it meanwhile
}

/** Returns an empty text, which does not open, for anything that is not a file of a record. */
async function readWhole(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile() || status.size > maxBytes) return '';
    return await file.readFile('latin1');
  } finally {
    await file.close();
  }
}

/** By `O_NOFOLLOW`; FreeBSD has a code of its own. */
function isLink(error: unknown): boolean {
  return ['ELOOP', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
