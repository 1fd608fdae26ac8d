import { describe, expect, it } from 'vitest';
import { fileReader } from './file-reader.js';
import type { FileStatus, FileSystem } from './file-system.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One answer to `read`: text, or the error that it rejects with. */
type Answer = string | Error;

const again = Object.assign(new Error('CANARY'), { code: 'EAGAIN' });

/** Files by the order in which they are opened; what is open, and what was waited for. */
function scripted(kind: 'file' | 'pipe', opened: readonly { answers: Answer[]; mtimes?: number[] }[]) {
  const remaining = [...opened];
  const waits: number[] = [];
  let open = 0;
  const statusOf = (mtimeMs: number): FileStatus => ({
    size: 0,
    mtimeMs,
    dev: 1,
    ino: 1,
    isFile: () => kind === 'file',
    isDirectory: () => false,
    isFIFO: () => kind === 'pipe',
    isSocket: () => false,
  });
  const files: FileSystem = {
    async open() {
      const { answers, mtimes = [] } = remaining.shift()!;
      open += 1;
      return {
        stat: async () => statusOf(mtimes.shift() ?? 0),
        async read(buffer) {
          const answer = answers.shift() ?? '';
          if (typeof answer !== 'string') throw answer;
          buffer.set(bytesOf(answer));
          return { bytesRead: answer.length };
        },
        async close() {
          open -= 1;
        },
      };
    },
    stat: async () => statusOf(0),
  };
  const wait = async (ms: number): Promise<void> => void waits.push(ms);
  const reader = fileReader(10, { files, wait, now: () => 10_000 });
  return { reader, waits, open: () => open };
}

async function textOf(reading: ReturnType<ReturnType<typeof fileReader>['read']>): Promise<string> {
  const result = await reading;
  return 'failure' in result ? `(${result.failure})` : new TextDecoder().decode(result.bytes);
}

describe('a file', () => {
  it.each([
    ['empty, then written', [{ answers: [] }, { answers: ['new'] }], 'new', [50]],
    [
      'empty for 2 s',
      [
        { answers: [], mtimes: [0, 8_000] },
        { answers: [], mtimes: [0, 8_000] },
      ],
      '',
      [50],
    ],
    ['emptied 1.999 s ago', [{ answers: [] }, { answers: [], mtimes: [0, 8_001] }], '(rewritten)', [50]],
    [
      'changed in the middle of a read',
      [{ answers: ['o'], mtimes: [1, 2] }, { answers: ['new'] }],
      'new',
      [50],
    ],
    [
      'changed again and again',
      [
        { answers: ['a'], mtimes: [1, 2] },
        { answers: ['b'], mtimes: [3, 4] },
      ],
      '(rewritten)',
      [50],
    ],
    ['at the limit, in parts', [{ answers: ['12345', '67890'] }], '1234567890', []],
    [
      'over the limit, with a status that says 0 bytes',
      [{ answers: ['12345', '678901'] }],
      '(too large)',
      [],
    ],
  ])('that is %s', async (_, opened, expected, waited) => {
    const { reader, waits, open } = scripted('file', opened);
    expect([await textOf(reader.read('path', {})), waits, open()]).toEqual([expected, waited, 0]);
  });

  it.each([
    ['EACCES', 'denied'],
    ['EPERM', 'denied'],
    ['NotCapable', 'denied'],
    ['PermissionDenied', 'denied'],
    ['ENOENT', 'absent'],
    ['EISDIR', 'directory'],
    ['ENXIO', 'socket'],
    ['EMFILE', 'unreadable'],
    ['toString', 'unreadable'],
    [undefined, 'unreadable'],
  ])('whose opening fails with %s is %s', async (code, failure) => {
    for (const error of [
      Object.assign(new Error('CANARY'), { code }),
      Object.assign(new Error(), { name: code }),
    ]) {
      const files = { open: () => Promise.reject(error), stat: () => Promise.reject(error) };
      expect(await fileReader(10, { files }).read('path', {})).toEqual({ failure });
    }
  });

  it('that blocks takes one open call, whatever the number of callers, and they leave with their signals', async () => {
    let calls = 0;
    const files = {
      open: () => (calls++, new Promise<never>(() => undefined)),
      stat: () => Promise.reject(),
    };
    const reader = fileReader(10, { files });
    for (const reason of ['one', 'two', 'three', 'four']) {
      const caller = new AbortController();
      const reading = reader.read('path', { signal: caller.signal });
      caller.abort(reason);
      await expect(reading).rejects.toBe(reason);
    }
    expect(calls).toBe(1);
  });

  it('is opened again for callers who come while it is read, once for all of them', async () => {
    const { reader } = scripted('file', [{ answers: ['old'] }, { answers: ['new'] }]);
    const readings = ['first', 'second', 'third'].map(() => textOf(reader.read('path', {})));
    expect(await Promise.all(readings)).toEqual(['old', 'new', 'new']);
  });
});

describe('a pipe', () => {
  it('is waited for, in steps of 50 ms at most, until the deadline', async () => {
    const { reader, waits, open } = scripted('pipe', [{ answers: [again, 'a', again, 'b', ''] }]);
    expect(await textOf(reader.read('path', { deadline: 0 }))).toBe('(late)');
    expect(await textOf(reader.read('path', {}))).toBe('ab');
    expect([waits, open()]).toEqual([[50], 0]);
  });

  it('is read once, and its content is kept until close', async () => {
    const { reader, open } = scripted('pipe', [{ answers: ['value', '', 'CANARY'] }]);
    for (let read = 0; read < 3; read++) expect(await textOf(reader.read('path', {}))).toBe('value');
    await reader.close();
    await reader.close();
    expect([await textOf(reader.read('path', {})), open()]).toEqual(['(closed)', 0]);
  });

  it('without a writer remains open for one, and is closed by close', async () => {
    const { reader, open } = scripted('pipe', [{ answers: ['', 'value'] }]);
    expect(await textOf(reader.read('path', {}))).toBe('(no writer)');
    expect([await textOf(reader.read('path', {})), open()]).toEqual(['value', 0]);
    const waiting = scripted('pipe', [{ answers: [''] }]);
    await waiting.reader.read('path', {});
    expect(waiting.open()).toBe(1);
    await waiting.reader.close();
    expect(waiting.open()).toBe(0);
  });

  it('that fails is opened again by the next read', async () => {
    const { reader, open } = scripted('pipe', [{ answers: ['a', new Error('CANARY')] }, { answers: ['b'] }]);
    expect(await textOf(reader.read('path', {}))).toBe('(unreadable)');
    expect([await textOf(reader.read('path', {})), open()]).toEqual(['b', 0]);
  });
});
