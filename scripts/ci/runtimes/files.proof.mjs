// Proves that a batch of files is of one generation, and complete, while another process swaps them at full speed; and that a
// swap reaches an application behind a cache. With `--small`, less of it: a batch that meets swaps at
// full speed takes up to a third of a second.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSecrets } from '@secretkit/core';
import { directorySecrets } from '@secretkit/files';
import { recommended } from '@secretkit/middleware/recommended';
import { swap } from './files.writer.mjs';

const keys = Array.from({ length: 10 }, (_, at) => `key-${at}`);
const limitMs = 180_000;
const hourMs = 3_600_000;
const reachesWithinMs = 2_000;
const full = { swaps: 10_000, batches: 4_000, generations: 1_000, changes: 20 };
const small = { swaps: 1_000, batches: 60, generations: 40, changes: 2 };

/** Returns a row for each reader and each kind of change, and the result. */
export async function prove(...flags) {
  const least = flags.includes('--small') ? small : full;
  const isInMemory = existsSync('/dev/shm');
  const folder = mkdtempSync(join(isInMemory ? '/dev/shm' : tmpdir(), 'secretkit-'));
  try {
    symlinkLinks(folder);
    swap(folder, keys, 1);
    const { swaps, seconds, readers } = await readWhileSwapping(folder, least);
    const changes = [
      await changesBySwap(folder, swaps, least.changes),
      await changesByFolder(folder, least.changes),
    ];
    const [ours, single, ...naive] = readers;
    const torn = naive.reduce((sum, reader) => sum + reader.torn, 0);
    const isVoid = torn === 0;
    const isExact = [ours, single].every(
      (reader) => reader.torn + reader.missed + reader.failed + reader.back === 0,
    );
    const isEnough =
      swaps >= least.swaps && ours.batches >= least.batches && ours.generations >= least.generations;
    const slowest = Math.max(...changes.map((change) => change.slowestMs));
    const place = isInMemory ? 'tmpfs' : 'a disk';
    return {
      rows: [...readers.map(rowOfReader), ...changes.map(rowOfChange)],
      passed: isExact && isEnough && !isVoid && slowest <= reachesWithinMs,
      figures:
        `${swaps} swaps on ${place} (${Math.round(swaps / seconds)} a second), ${ours.batches} batches of ${keys.length} keys in ` +
        `${ours.generations} generations: ${ours.torn} torn, ${ours.missed} missed; a naive reader beside it tore ${torn}` +
        `${isVoid ? ' (the run is void)' : ''}; a change reached a cache with a TTL of an hour in ${slowest} ms at most`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The names that applications see. */
function symlinkLinks(folder) {
  for (const key of keys) symlinkSync(join('..data', key), join(folder, key));
}

/** Runs all readers beside the writer, until each has read enough. */
async function readWhileSwapping(folder, least) {
  const [batches, singles] = [1, 2].map(() => directorySecrets({ directory: folder, pollMs: false }));
  const refs = keys.map((name) => ({ name }));
  const writer = fork(fileURLToPath(new URL('files.writer.mjs', import.meta.url)), [folder, '2', ...keys]);
  const exited = once(writer, 'exit');
  const startedAt = performance.now();
  const numberOf = () => Number(readlinkSync(join(folder, '..data')).slice(2));
  const readers = [
    reader('getMany of @secretkit/files', async () => (await batches.getMany(refs, {})).map(valueOf)),
    reader('get of @secretkit/files', async () => [valueOf(await singles.get({ name: 'key-0' }, {}))]),
    reader('naive: each key by its path', () => readAll(folder)),
    reader('naive: ..data resolved once', async () =>
      readAll(join(folder, await readlink(join(folder, '..data')))),
    ),
  ];
  const [ours, , byPath] = readers;
  const isDone = () =>
    (numberOf() > least.swaps &&
      ours.batches >= least.batches &&
      ours.seen.size >= least.generations &&
      byPath.torn > 0) ||
    performance.now() - startedAt > limitMs;
  await Promise.all(
    readers.map(async (each) => {
      while (!isDone()) await each.read();
    }),
  );
  writer.disconnect();
  await exited;
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const provider of [batches, singles]) await provider[Symbol.asyncDispose]();
  return {
    swaps: numberOf(),
    seconds,
    readers: readers.map((each) => ({ ...each, generations: each.seen.size })),
  };
}

/** Counts what a reader sees. Each value is the number of its generation. */
function reader(name, readBatch) {
  const counts = { name, batches: 0, seen: new Set(), torn: 0, missed: 0, failed: 0, back: 0 };
  let last = 0;
  counts.read = async () => {
    try {
      const numbers = await readBatch();
      counts.batches += 1;
      if (numbers.includes(undefined)) counts.missed += 1;
      else if (new Set(numbers).size > 1) counts.torn += 1;
      else {
        if (numbers[0] < last) counts.back += 1;
        last = numbers[0];
        counts.seen.add(last);
      }
    } catch {
      counts.failed += 1;
    }
  };
  return counts;
}

function valueOf(answer) {
  if (answer instanceof Error) throw answer;
  return answer && Number(answer.reveal());
}

function readAll(folder) {
  return Promise.all(
    keys.map(async (key) => {
      try {
        return Number(await readFile(join(folder, key), 'utf8'));
      } catch {
        return undefined;
      }
    }),
  );
}

/** Swaps one generation after another, and measures when a cache with a long TTL has each. */
async function changesBySwap(folder, swaps, count) {
  let number = swaps;
  return measure('a swap of ..data', folder, count, () => {
    number += 1;
    swap(folder, keys, number);
    return number;
  });
}

/** Replaces the whole folder, which ends every watch: only the poll finds it. */
async function changesByFolder(folder, count) {
  let number = 0;
  const mount = join(folder, 'mount');
  const replace = () => {
    number += 1;
    const next = mkdtempSync(join(folder, 'next-'));
    swap(next, keys, number);
    rmSync(mount, { recursive: true, force: true });
    renameSync(next, mount);
    return number;
  };
  replace();
  return measure('a new folder at the path', mount, count, replace);
}

async function measure(name, directory, count, change) {
  const stack = recommended({ cache: { ttlMs: hourMs } });
  const secrets = createSecrets(stack(directorySecrets({ directory })));
  await secrets.require('key-0');
  const alive = setInterval(() => undefined, hourMs); // the watch does not keep the process alive
  let slowestMs = 0;
  for (let done = 0; done < count; done += 1) {
    const reported = new Promise((resolve) => {
      const subscription = secrets.onChange('key-0', (secret) => {
        subscription[Symbol.dispose]();
        resolve(secret.reveal());
      });
    });
    const startedAt = performance.now();
    const expected = String(change());
    const values = [await reported, (await secrets.require('key-0')).reveal()];
    slowestMs = Math.max(slowestMs, Math.ceil(performance.now() - startedAt));
    if (values.some((value) => value !== expected)) slowestMs = Infinity;
  }
  clearInterval(alive);
  await secrets.close();
  return { name, count, slowestMs };
}

function rowOfReader({ name, batches, generations, torn, missed, failed, back }) {
  return {
    'reader or change': name,
    batches,
    generations,
    torn,
    missed,
    failed,
    'went back': back,
    'slowest ms': '',
  };
}

function rowOfChange({ name, count, slowestMs }) {
  return {
    ...rowOfReader({ name, batches: count, generations: '', torn: '', missed: '', failed: '', back: '' }),
    'slowest ms': slowestMs,
  };
}
