// Swaps the files of a folder as the kubelet does, at full speed, until its parent disconnects: `files.writer.mjs FOLDER FIRST KEY …`.
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const swapsAtOnce = 20;

/** Writes generation `number`, in which each key has the number as its value, and removes the one before at once. */
export function swap(folder, keys, number) {
  const generation = `..${number}`;
  mkdirSync(join(folder, generation));
  for (const key of keys) writeFileSync(join(folder, generation, key), `${number}\n`);
  symlinkSync(generation, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  rmSync(join(folder, `..${number - 1}`), { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , folder, first, ...keys] = process.argv;
  let number = Number(first);
  const swapOn = () => {
    for (let count = 0; count < swapsAtOnce; count += 1) swap(folder, keys, number++);
    if (process.connected) setImmediate(swapOn); // lets the process notice that its parent has gone
  };
  swapOn();
}
