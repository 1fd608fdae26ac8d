import type { IncomingMessage } from 'node:http';

/** More than twice what the longest name and payload need. */
export const maxBodyBytes: number = 1024 * 1024;

/** So much of a body that is too large is read and dropped: a client that still writes would not see the answer. */
const maxDroppedBytes = 64 * 1024 * 1024;

/**
 * Reads a request body, or gives `undefined` if it is too large.
 *
 * @throws Error if it does not end at all
 */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // No encoding is set on the request, so its chunks are buffers.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (size > maxDroppedBytes) throw new Error('The body has no end.');
  }
  return size > maxBodyBytes ? undefined : Buffer.concat(chunks);
}
