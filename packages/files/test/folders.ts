import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files by their names. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Makes an empty folder. Returns its path, and removes it with all in it at the end of the test that `atEnd` registers for. */
export function temporaryFolder(atEnd: (remove: () => void) => void): string {
  const path = mkdtempSync(join(tmpdir(), 'secretkit-'));
  atEnd(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function writeFiles(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

/** Writes files as the kubelet does: a folder of its own, a link to it that is replaced at once, and a link for each file. */
export function mountGeneration(folder: string, generation: string, files: Files): void {
  writeFiles(join(folder, generation), files);
  symlinkSync(generation, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  for (const name of Object.keys(files)) {
    rmSync(join(folder, name), { force: true });
    symlinkSync(join('..data', name), join(folder, name));
  }
}
