import { isPending } from './failure-of.js';
import type { OpenFile } from './file-system.js';

/** What was read of a file so far. */
export interface Content {
  readonly parts: Uint8Array[];
  length: number;
}

const bufferBytes = 65_536;

/**
 * Reads a file on into `content`, which has at most `maxBytes` and 1: the size in the file's status may be wrong, and a file may
 * grow. Returns why it ended.
 */
export async function readToEnd(
  file: OpenFile,
  content: Content,
  maxBytes: number,
): Promise<'end' | 'pending' | 'too large'> {
  const buffer = new Uint8Array(bufferBytes);
  while (content.length <= maxBytes) {
    const length = await bytesInto(file, buffer.subarray(0, maxBytes + 1 - content.length));
    if (length === undefined) return 'pending';
    if (length === 0) return 'end';
    content.parts.push(buffer.slice(0, length));
    content.length += length;
  }
  return 'too large';
}

/** Returns what was read as one array. */
export function joined({ parts, length }: Content): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function bytesInto(file: OpenFile, buffer: Uint8Array): Promise<number | undefined> {
  try {
    return (await file.read(buffer)).bytesRead;
  } catch (error) {
    if (isPending(error)) return undefined;
    throw error;
  }
}
