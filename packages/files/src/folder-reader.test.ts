import type { FileSystem } from '@secretkit/file-reader';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder, writeFiles } from '../test/folders.js';
import { folderReader } from './folder-reader.js';
import type { Generation, Located } from './locate.js';

const absent = Object.assign(new Error('CANARY'), { code: 'ENOENT' });
const inMs = (ms: number): number => performance.timeOrigin + performance.now() + ms;
const state = (path: string, identity = '1'): Generation => ({ path, identity, version: path });

/** A reader of files by their paths, and of the states that it finds one after another; the last one remains. */
function scripted(
  states: readonly Located[],
  contents: Readonly<Record<string, string | Error>>,
  onOpen: () => () => void = () => () => undefined,
) {
  const remaining = [...states];
  let looks = 0;
  const status = { size: 0, mtimeMs: 0, dev: 1, ino: 1 };
  const kinds = { isFile: () => true, isDirectory: () => false, isFIFO: () => false, isSocket: () => false };
  const files: FileSystem = {
    async open(path) {
      const onClose = onOpen();
      await new Promise(setImmediate);
      const content = contents[path] ?? absent;
      if (typeof content !== 'string') {
        onClose();
        throw content;
      }
      const parts = [content];
      return {
        stat: async () => ({ ...status, ...kinds }),
        async read(buffer) {
          const part = new TextEncoder().encode(parts.shift() ?? '');
          buffer.set(part);
          return { bytesRead: part.length };
        },
        close: async () => onClose(),
      };
    },
    stat: async () => ({ ...status, ...kinds }),
  };
  const reader = folderReader('folder', {
    files,
    async locate() {
      looks += 1;
      return (remaining.length > 1 ? remaining.shift() : remaining[0]) as Located; // never empty
    },
  });
  return { reader, looks: () => looks };
}

async function textsOf(reading: ReturnType<ReturnType<typeof folderReader>['read']>) {
  const { version, results } = await reading;
  const texts = results.map((each) =>
    'bytes' in each ? new TextDecoder().decode(each.bytes) : `(${each.failure})`,
  );
  return [version, ...texts];
}

describe('a batch', () => {
  const both = { '1/a': 'a1', '1/b': 'b1', '2/a': 'a2', '2/b': 'b2' };

  it.each<[string, Located[], Record<string, string>, string[], number]>([
    ['of a state that remains', [state('1')], both, ['1', 'a1', 'b1'], 2],
    ['of a state that is replaced after it was read', [state('1'), state('2')], both, ['1', 'a1', 'b1'], 2],
    [
      'of a state of which a part is removed, is read again',
      [state('1'), state('2')],
      { '1/a': 'a1', '2/a': 'a2', '2/b': 'b2' },
      ['2', 'a2', 'b2'],
      4,
    ],
    [
      'of a folder that another one replaces at the same path, is read again',
      [state('1', 'x'), state('1', 'y')],
      both,
      ['1', 'a1', 'b1'],
      4,
    ],
    [
      'of a state that vanishes before it is read',
      [{ failure: 'vanished' }, { failure: 'vanished' }, state('2')],
      both,
      ['2', 'a2', 'b2'],
      4,
    ],
    [
      'of a state that vanishes while it is read',
      [state('1'), { failure: 'vanished' }, state('2')],
      both,
      ['2', 'a2', 'b2'],
      4,
    ],
  ])('%s', async (_, states, contents, expected, looks) => {
    const { reader, looks: made } = scripted(states, contents);
    expect(await textsOf(reader.read(['a', 'b'], {}))).toEqual(expected);
    expect(made()).toBe(looks);
  });
});

describe('one file', () => {
  it('is read with one look at the folder', async () => {
    const { reader, looks } = scripted([state('1')], { '1/a': 'a1' });
    expect([await textsOf(reader.read(['a'], {})), looks()]).toEqual([['1', 'a1'], 1]);
  });

  it('is absent only if the state is the same afterwards', async () => {
    const { reader } = scripted([state('1'), state('2'), state('3')], { '3/a': 'a3' });
    expect(await textsOf(reader.read(['a'], {}))).toEqual(['3', 'a3']);
    expect(await textsOf(reader.read(['b'], {}))).toEqual(['3', '(absent)']);
  });

  it('that may not be read is denied, whatever the state is afterwards', async () => {
    const { reader } = scripted([state('1'), state('2')], {
      '1/a': Object.assign(new Error('CANARY'), { code: 'EACCES' }),
    });
    expect(await textsOf(reader.read(['a'], {}))).toEqual(['1', '(denied)']);
  });
});

describe('a folder', () => {
  it.each(['absent', 'denied', 'file', 'unreadable', 'directory'] as const)(
    'that is %s is unavailable',
    async (failure) => {
      const { reader } = scripted([{ failure }], {});
      await expect(reader.read(['a'], {})).rejects.toMatchObject({ code: 'unavailable' });
      await expect(reader.names({})).rejects.toMatchObject({ code: 'unavailable' });
    },
  );

  it('that changes during each attempt is unavailable at the deadline', async () => {
    let path = 0;
    const reader = folderReader('folder', {
      files: { open: () => Promise.reject(absent), stat: () => Promise.reject(absent) },
      locate: async () => state(String(path++)),
    });
    await expect(reader.read(['a'], { deadline: inMs(20) })).rejects.toMatchObject({ code: 'unavailable' });
    expect(path).toBeGreaterThan(2);
  });

  it.each([120_000, -120_000])(
    'that changes is read again after a step of the wall clock: by %d ms',
    async (by) => {
      const deadline = inMs(60_000);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + by });
      onTestFinished(() => void vi.useRealTimers());
      const states = [{ failure: 'vanished' } as const, state('2')];
      for (const ctx of [{}, { deadline }]) {
        const { reader } = scripted(states, { '2/a': 'value' });
        expect(await textsOf(reader.read(['a'], ctx))).toEqual(['2', 'value']);
      }
    },
  );

  it('whose names cannot be read is unavailable, and one that has vanished is looked for again', async () => {
    const { reader } = scripted([state('/no-such-folder-of-secretkit'), state(import.meta.dirname)], {});
    expect(await reader.names({})).toContain('folder-reader.ts');
    const file = scripted([state(import.meta.filename)], {}).reader;
    await expect(file.names({ deadline: inMs(0) })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('that hangs takes one look, whatever the number of callers, and they leave with their signals', async () => {
    let looks = 0;
    const reader = folderReader('folder', {
      locate: () => (looks++, new Promise<never>(() => undefined)),
    });
    for (const reason of ['one', 'two', null]) {
      const caller = new AbortController();
      const reading = reader.read(['a'], { signal: caller.signal });
      caller.abort(reason);
      await expect(reading).rejects.toBe(reason);
    }
    expect(looks).toBe(1);
  });
});

it('the names are of one state: one that is replaced meanwhile is listed again', async () => {
  const [one, two] = [temporaryFolder(onTestFinished), temporaryFolder(onTestFinished)];
  writeFiles(one, { a: '1' }); // of three, two are removed already
  writeFiles(two, { a: '2', b: '2', c: '2' });
  const { reader } = scripted([state(one), state(two)], {});
  expect(await reader.names({})).toEqual(['a', 'b', 'c']);
});

it('a large batch opens few files at the same time', async () => {
  let [open, most] = [0, 0];
  const { reader } = scripted([state('1')], {}, () => {
    open += 1;
    most = Math.max(most, open);
    return () => void (open -= 1);
  });
  const names = Array.from({ length: 1_500 }, (_, at) => `name-${at}`);
  const { results } = await reader.read(names, {});
  expect(results).toHaveLength(1_500);
  expect(most).toBeLessThanOrEqual(32);
});
