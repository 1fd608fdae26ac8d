/** What is read of the status of a file. */
export interface FileStatus {
  readonly size: number;
  readonly mtimeMs: number;
  readonly dev: number;
  readonly ino: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

/** A file that is open for reading. */
export interface OpenFile {
  /** Returns the status of the open file, whatever its path names by now. */
  stat(): Promise<FileStatus>;
  /** Reads on, and resolves with 0 bytes at the end. Rejects with the code `EAGAIN` when a pipe has none yet. */
  read(buffer: Uint8Array): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** The part of a file system that reads. Each call occupies a thread of the platform until it settles. */
export interface FileSystem {
  /** Opens a file without a wait for the other end of a pipe. */
  open(path: string): Promise<OpenFile>;
  stat(path: string): Promise<FileStatus>;
}

/** The files of Node. */
export const nodeFileSystem: FileSystem = Object.freeze<FileSystem>({
  async open(path) {
    const { constants, open } = await nodeFiles();
    // Windows has the first flag only: the others are undefined there, and count as 0.
    return open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  },
  async stat(path) {
    const { stat } = await nodeFiles();
    return stat(path);
  },
});

// Loaded at the first use: platforms without files have variables too. Bundlers for these accept it within
// `try` only, and webpack not at all.
async function nodeFiles() {
  try {
    return await import(/* webpackIgnore: true */ 'node:fs/promises');
  } catch {
    throw Object.assign(new Error('this platform has no files'), { code: 'ENOSYS' });
  }
}
