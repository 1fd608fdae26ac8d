import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** How often a pipe without data is read, in milliseconds. */
const pollMs = 50;

/**
 * Returns the text of a file, or of a pipe once its writers have closed it. A pipe is read without blocking: a thread that
 * waits for a writer would keep the process from ending.
 *
 * @throws The system's error, or an `AbortError` when the signal aborts.
 */
export async function readTextFile(path: string, signal: AbortSignal): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // Windows has no O_NONBLOCK: that counts as 0
  try {
    const isPipe = (await file.stat()).isFIFO();
    return isPipe ? await readPipe(file, signal) : await file.readFile({ encoding: 'utf8', signal });
  } finally {
    await file.close();
  }
}

async function readPipe(pipe: FileHandle, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let hasWriter = false;
  for (;;) {
    const chunk = await readAvailable(pipe);
    if (chunk === 'none yet') hasWriter = true;
    else if (chunk.length > 0) chunks.push(chunk);
    else if (hasWriter || chunks.length > 0) return Buffer.concat(chunks).toString('utf8');
    if (chunk === 'none yet' || chunk.length === 0) await setTimeout(pollMs, undefined, { signal });
  }
}

/** Returns the next bytes: none if there is no writer. */
async function readAvailable(pipe: FileHandle): Promise<Buffer | 'none yet'> {
  try {
    const { buffer, bytesRead } = await pipe.read({ buffer: Buffer.alloc(65_536) });
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 'none yet';
    throw error;
  }
}
