import type { IncomingMessage } from 'node:http';

/** Limit of a request body. More than twice the size of the longest name and payload. */
export const maxBodyBytes: number = 1024 * 1024;

/** Limit of bytes that are read and discarded: a client that is still writing does not read the response. */
const maxDroppedBytes = 64 * 1024 * 1024;

/**
 * Returns a request body, or `undefined` if it is too large.
 *
 * @throws `Error` when it exceeds the limit of discarded bytes too.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // No encoding is set on the request, so its chunks are buffers.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (size > maxDroppedBytes) throw new Error('emulator: request body must end, got too many bytes.');
  }
  return size > maxBodyBytes ? undefined : Buffer.concat(chunks);
}
