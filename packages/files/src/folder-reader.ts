import { abortable, type CallContext, remainingMs } from '@secretkit/core/provider';
import {
  type FileResult,
  type FileSystem,
  failureOf,
  fileReader,
  inTurns,
  wait,
} from '@secretkit/file-reader';
import { maxFileBytes } from './check-file-options.js';
import { folderError } from './file-error.js';
import { fileNames, folderFiles } from './folder-files.js';
import { type Generation, isSame, type Located, locate } from './locate.js';

/** Files of one state of the folder. */
export interface FilesOfGeneration {
  readonly version?: string | undefined;
  /** One result for each name, in order. `absent`: the state has no such file. */
  readonly results: readonly FileResult[];
}

/** Reads a folder whose content may be replaced at any moment. */
export interface FolderReader {
  /**
   * Reads files of one state. If it is replaced before all of them are read, reads those of the next one, until the deadline.
   * @throws `unavailable` for a folder that cannot be read; the reason of the call's signal.
   */
  read(names: readonly string[], ctx: CallContext): Promise<FilesOfGeneration>;
  /** Returns the names of the files of one state, sorted. As `read`. */
  names(ctx: CallContext): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** How many files of a batch are open at the same time: a process has about a thousand descriptors. */
const maxOpenFiles = 32;
const limitMs = 10_000;
const attemptsWithoutPause = 50;
const pauseMs = 5;

/** The surroundings of a reader. Tests replace them. */
export interface FolderReaderParts {
  readonly files?: FileSystem;
  readonly locate?: (directory: string) => Promise<Located>;
}

export function folderReader(directory: string, parts: FolderReaderParts = {}): FolderReader {
  const { files = folderFiles(directory) } = parts;
  const reader = fileReader(maxFileBytes, { files });
  // In turns: a folder on a network drive that hangs takes one thread of the platform, and not one for each caller.
  const locateInTurns = inTurns(parts.locate ?? locate);
  const namesInTurns = inTurns(async (path: string) => {
    try {
      return await fileNames(path);
    } catch (error) {
      return failureOf(error);
    }
  });
  let isClosed = false;

  function locateFor({ signal }: CallContext): Promise<Located> {
    return abortable(locateInTurns(directory), signal);
  }

  /** Calls `attempt` with the present state until it returns a result. */
  async function whileChanging<T>(
    ctx: CallContext,
    attempt: (generation: Generation) => Promise<T | undefined>,
  ): Promise<T> {
    const endsAt = performance.now() + Math.min(remainingMs(ctx), limitMs);
    for (let attempts = 1; ; attempts += 1) {
      if (isClosed) throw folderError('closed');
      const located = await locateFor(ctx);
      if ('path' in located) {
        const result = await attempt(located);
        if (result !== undefined) return result;
      } else if (located.failure !== 'vanished') {
        throw folderError(located.failure);
      }
      if (performance.now() >= endsAt) throw folderError('changing');
      if (attempts > attemptsWithoutPause) await wait(pauseMs, ctx);
    }
  }

  return {
    read: (names, ctx) =>
      whileChanging(ctx, async (generation) => {
        const paths = names.map((name) => `${generation.path}/${name}`);
        const results = await inParallel(paths, (path) => reader.read(path, ctx));
        const isComplete = results.every((result) => 'bytes' in result || result.failure !== 'absent');
        const read = { version: generation.version, results };
        if (isComplete && names.length === 1) return read;
        const after = await locateFor(ctx);
        if (!('path' in after)) return undefined;
        // A state beside it has replaced it: what was read is of one state, unless a part of it was removed already.
        const isOneState = isComplete && after.path !== generation.path;
        return isOneState || isSame(after, generation) ? read : undefined;
      }),

    names: (ctx) =>
      whileChanging(ctx, async (generation) => {
        const names = await abortable(namesInTurns(generation.path), ctx.signal);
        if (typeof names === 'string' && names !== 'absent') throw folderError(names);
        const after = await locateFor(ctx); // files of a state that was replaced may be gone already
        return typeof names !== 'string' && 'path' in after && isSame(after, generation) ? names : undefined;
      }),

    async close() {
      isClosed = true;
      await reader.close();
    },
  };
}

/** Runs the calls, so many at a time, and returns their results in order. */
async function inParallel<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries(); // shared, so that each item is taken once
  const worker = async (): Promise<void> => {
    for (const [at, item] of rest) results[at] = await run(item);
  };
  await Promise.all(Array.from({ length: maxOpenFiles }, worker));
  return results;
}
