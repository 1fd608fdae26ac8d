import { SecretError } from '@secretkit/core/provider';
import type { KvEngine } from './kv-engine.js';

/** A server that has a folder in each folder would be asked without an end. */
const maxDepth = 100;

export interface NamePage {
  readonly names: readonly string[];
  /** The last name of a page that may not be the last one. */
  readonly cursor?: string;
}

export interface ListNamesOptions {
  readonly keys: KvEngine['keys'];
  /** The text before the names: the whole folder, and the start of a name in it. */
  readonly start: string;
  readonly cursor: string | undefined;
  readonly limit: number;
  readonly isRecursive: boolean;
  /** Whether a key can be a part of a name. */
  readonly isPart: (key: string) => boolean;
  readonly signal: AbortSignal | undefined;
}

/** Returns one page of the names below a text, in the order of a walk through the folders. A page continues after a name. */
export async function listNames(options: ListNamesOptions): Promise<NamePage> {
  const { keys, start, cursor, limit, isRecursive, isPart, signal } = options;
  const root = start.slice(0, start.lastIndexOf('/') + 1);
  const names: string[] = [];

  /** Adds the names of a folder after a key of it, or after a name in a folder of it. */
  async function walk(folder: string, [after, ...inner]: readonly string[]): Promise<void> {
    if (after !== undefined && inner.length > 0) await walk(folder + after, inner);
    let last = after;
    let count = limit;
    while (count === limit && names.length < limit) {
      const found = await keys(folder, last, limit, signal);
      for (const key of found) {
        const path = folder + key;
        const isWanted = path.startsWith(start) && isPart(key);
        if (!isWanted || names.length >= limit) continue;
        if (key.endsWith('/')) {
          if (!isRecursive) continue;
          if (path.split('/').length > maxDepth) throw tooDeep();
          await walk(path, []);
        } else if (path !== start) names.push(path.slice(start.length));
      }
      last = found.at(-1);
      count = found.length;
    }
  }

  await walk(root, cursor === undefined ? [] : partsOf((start + cursor).slice(root.length)));
  const end = names.at(-1);
  return { names, ...(names.length >= limit && end !== undefined && { cursor: end }) };
}

function tooDeep(): SecretError {
  const problem = `a folder is more than ${maxDepth} folders deep. Check the address, or list with recursive: false.`;
  return new SecretError('invalid_data', problem);
}

/** Returns the folders of a path, and its last part: `a/`, `b/` and `c` of `a/b/c`. */
function partsOf(path: string): readonly string[] {
  return path.split(/(?<=\/)/);
}
