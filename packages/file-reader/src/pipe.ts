import type { FileResult } from './file-result.js';
import type { FileStatus, OpenFile } from './file-system.js';
import { type Content, joined, readToEnd } from './read-to-end.js';

/** An open pipe, and what was read from it. A pipe can be read once, so both are kept between calls. */
export interface Pipe {
  /** Reads on. Returns `pending` while a writer has written nothing more. */
  read(): Promise<FileResult | 'pending'>;
  /** Whether something was read from it. */
  hasContent(): boolean;
  /** Whether this is the status of the pipe. */
  isSame(status: FileStatus): boolean;
  close(): Promise<void>;
}

export function keptPipe(file: OpenFile, { dev, ino }: FileStatus, maxBytes: number): Pipe {
  const content: Content = { parts: [], length: 0 };
  let result: FileResult | undefined;
  let open: OpenFile | undefined = file; // a closed one would keep the async context of the read that opened it

  return {
    async read() {
      if (result || !open) return result ?? { failure: 'closed' };
      const ending = await readToEnd(open, content, maxBytes);
      if (ending === 'pending') return 'pending';
      if (content.length === 0) return { failure: 'no writer' }; // one may come: the pipe remains open for it
      result = ending === 'end' ? { bytes: joined(content) } : { failure: 'too large' };
      content.parts.length = 0;
      await open.close().catch(() => undefined); // nothing can be read from it any more
      open = undefined;
      return result;
    },
    hasContent: () => content.length > 0,
    isSame: (other) => other.dev === dev && other.ino === ino,
    async close() {
      await open?.close();
      open = undefined;
    },
  };
}
