import { constants, open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FileSystem, failureOf } from '@secretkit/file-reader';
import { isFileName } from './file-name.js';
import { isWithin } from './locate.js';

/** Windows has none of the three: they are undefined there, and count as 0. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;

/**
 * Returns the files of a folder. A link is followed if it leads to a file in the folder, or below it: a user who may write a
 * link must not choose what this process reads.
 */
export function folderFiles(directory: string): FileSystem {
  return {
    async open(path) {
      try {
        return await open(path, flags);
      } catch (error) {
        if (!isLink(error)) throw error;
      }
      const [folder, target] = await Promise.all([realpath(directory), targetOf(path)]);
      if (isWithin(folder, target)) return open(target, flags);
      throw Object.assign(new Error('the link leads out of the folder'), { code: 'EACCES' });
    },
    stat,
  };
}

/** Returns the names of the files and pipes of a folder, sorted, without those that begin with a dot. */
export async function fileNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = await Promise.all(
    entries.map(async (entry) => {
      const { name } = entry;
      if (name.startsWith('.') || !isFileName(name) || /[\p{Cc}\ufffd]/u.test(name)) return []; // not UTF-8
      const isRead = entry.isFile() || entry.isFIFO();
      const isListed = isRead || (entry.isSymbolicLink() && !(await isFolder(join(folder, name))));
      return isListed ? [name] : [];
    }),
  );
  return names.flat().sort();
}

function isLink(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return code === 'ELOOP' || code === 'EMLINK';
}

/** A link that ends nowhere is not a missing file: nobody has removed it. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (failureOf(error) !== 'absent') throw error;
    await stat(dirname(path)); // the whole folder may be gone
    throw new Error('the link ends nowhere');
  }
}

/** One that cannot be looked at is listed: a read reports the reason. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
