import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { type FileFailure, failureOf } from '@secretkit/file-reader';

/** One state of the folder. */
export interface Generation {
  /** The path of its files. It contains no link. */
  readonly path: string;
  /** The name of the state, where `..data` gives it one. */
  readonly version?: string;
  /** The identity of the folder at the path: another one may take its place. */
  readonly identity: string;
}

/** `vanished`: the state was removed while it was looked at, and another has taken its place. */
export type Located = Generation | { readonly failure: FileFailure | 'file' | 'vanished' };

/**
 * Returns the present state of a folder. Kubernetes writes each state into a folder of its own, and then replaces the link
 * `..data`, which leads to it. Any other folder is its own state. Does not reject.
 */
export async function locate(directory: string): Promise<Located> {
  try {
    const [folder, target] = await Promise.all([realpath(directory), targetOf(join(directory, '..data'))]);
    const named = target === undefined ? folder : resolve(folder, target);
    if (target !== undefined && !isWithin(folder, named)) return { failure: 'denied' };
    const path = await orAbsent(realpath(named)); // the target may be a link itself
    if (path !== undefined && target !== undefined && !isWithin(folder, path)) return { failure: 'denied' };
    const status = path === undefined ? undefined : await orAbsent(stat(path));
    if (path === undefined || !status) return { failure: target === undefined ? 'absent' : 'vanished' };
    if (!status.isDirectory()) return { failure: 'file' };
    const identity = `${status.dev}:${status.ino}`;
    return target === undefined ? { path, identity } : { path, identity, version: basename(named) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

/** Whether a path is below a folder, by its text. Both must be without links. */
export function isWithin(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Whether both are the same state. */
export function isSame(one: Generation, other: Generation): boolean {
  return one.path === other.path && one.identity === other.identity;
}

async function targetOf(link: string): Promise<string | undefined> {
  try {
    return await readlink(link);
  } catch (error) {
    const { code } = Object(error) as { readonly code?: unknown };
    if (code === 'EINVAL' || code === 'UNKNOWN') return undefined; // not a link
    if (failureOf(error) === 'absent') return undefined;
    throw error;
  }
}

async function orAbsent<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (failureOf(error) === 'absent') return undefined;
    throw error;
  }
}
