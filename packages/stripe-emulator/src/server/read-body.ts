import type { IncomingMessage } from 'node:http';

/** More than twice what the longest name and payload need. */
export const maxBodyBytes: number = 1024 * 1024;

/**
 * Reads a request body as text, or gives `undefined` if it is too large. The rest of a large one is read and
 * dropped: a client that still writes would see a broken connection, not the answer.
 */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // No encoding is set on the request, so its chunks are buffers.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > maxBodyBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}
