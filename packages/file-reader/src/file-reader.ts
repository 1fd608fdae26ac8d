import { abortable, type CallContext, remainingMs } from '@secretkit/core/provider';
import { failureOf } from './failure-of.js';
import type { FileResult } from './file-result.js';
import { type FileStatus, type FileSystem, nodeFileSystem, type OpenFile } from './file-system.js';
import { inTurns } from './in-turns.js';
import { keptPipe, type Pipe } from './pipe.js';
import { type Content, joined, readToEnd } from './read-to-end.js';
import { wait as timerWait, type Wait } from './wait.js';

/** Reads small files that may change, block or be something else at any moment. */
export interface FileReader {
  /**
   * Returns the content of a file or a pipe, or why there is none. An empty file is read again after 50 ms, and counts as
   * rewritten when it is empty still and was modified within the last 2 s. A pipe is waited for until the call's deadline; what
   * was read from it is kept. At most one read of a path is in flight.
   *
   * @throws The reason of the call's signal, and nothing else.
   */
  read(path: string, ctx: CallContext): Promise<FileResult>;
  /** Closes pipes, and removes what was read from them. */
  close(): Promise<void>;
}

/** The surroundings of a reader. Tests replace them. */
export interface FileReaderParts {
  readonly files?: FileSystem;
  readonly wait?: Wait;
  /** The wall clock that modification times are compared with. */
  readonly now?: () => number;
}

/** One look at a file: a result, a pipe that has no more bytes yet, or a content that may be half of a write. */
type Look = FileResult | 'pending' | { readonly suspect: Uint8Array; readonly modifiedAt: number };

const pauseMs = 50;
const rewriteMs = 2_000;

/**
 * Returns a reader of files and pipes with at most so many bytes each.
 *
 * @example
 * ```ts
 * import { fileReader } from '@secretkit/file-reader';
 *
 * const reader = fileReader(1_048_576);
 * const result = await reader.read('/run/secrets/token', {});
 * console.log('bytes' in result ? result.bytes.length : result.failure);
 * ```
 */
export function fileReader(maxBytes: number, parts: FileReaderParts = {}): FileReader {
  const { files = nodeFileSystem, wait = timerWait, now = Date.now } = parts;
  const pipes = new Map<string, Pipe>();
  let isClosed = false;

  const look = inTurns(async (path): Promise<Look> => {
    try {
      return await readOnce(path);
    } catch (error) {
      await drop(path);
      return { failure: failureOf(error) };
    }
  });

  async function readOnce(path: string): Promise<Look> {
    const pipe = pipes.get(path);
    if (pipe && (pipe.hasContent() || pipe.isSame(await files.stat(path)))) return pipe.read();
    await drop(path);
    if (isClosed) return { failure: 'closed' };
    // Opened first, and once: the path may name something else a moment later.
    const file = await files.open(path);
    let isKept = false;
    try {
      const status = await file.stat();
      if (status.isFile()) return await readFile(file, status);
      if (!status.isFIFO()) return { failure: kindOf(status) };
      if (isClosed) return { failure: 'closed' };
      const opened = keptPipe(file, status, maxBytes);
      pipes.set(path, opened);
      isKept = true;
      return await opened.read();
    } finally {
      if (!isKept) await file.close().catch(() => undefined); // the result counts
    }
  }

  async function readFile(file: OpenFile, before: FileStatus): Promise<Look> {
    const content: Content = { parts: [], length: 0 };
    if ((await readToEnd(file, content, maxBytes)) === 'too large') return { failure: 'too large' };
    const { size, mtimeMs } = await file.stat();
    const bytes = joined(content);
    const isSuspect = bytes.length === 0 || size !== before.size || mtimeMs !== before.mtimeMs;
    return isSuspect ? { suspect: bytes, modifiedAt: mtimeMs } : { bytes };
  }

  async function drop(path: string): Promise<void> {
    const pipe = pipes.get(path);
    pipes.delete(path);
    await pipe?.close().catch(() => undefined); // it is not used any more
  }

  return {
    async read(path, ctx) {
      for (let isSecond = false; ; ) {
        const found = await abortable(look(path), ctx.signal);
        if (found === 'pending') {
          const leftMs = remainingMs(ctx);
          if (leftMs <= 0) return { failure: 'late' };
          await wait(Math.min(pauseMs, leftMs), ctx);
        } else if (!('suspect' in found)) {
          return found;
        } else if (isSecond) {
          const { suspect, modifiedAt } = found;
          const isRewritten = suspect.length > 0 || now() - modifiedAt < rewriteMs;
          return isRewritten ? { failure: 'rewritten' } : { bytes: suspect };
        } else {
          isSecond = true;
          await wait(pauseMs, ctx);
        }
      }
    },
    async close() {
      isClosed = true;
      await Promise.all([...pipes.keys()].map(drop));
    },
  };
}

function kindOf(status: FileStatus): 'directory' | 'socket' | 'device' {
  if (status.isDirectory()) return 'directory';
  return status.isSocket() ? 'socket' : 'device';
}
