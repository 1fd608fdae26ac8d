import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Takes the place of the kubelet: writes a generation of a mounted Secret, and removes the one before. */
export async function mountSecret(
  folder: string,
  generation: number,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const state = join(folder, `..generation-${generation}`);
  await mkdir(state, { recursive: true });
  for (const [name, value] of Object.entries(files)) await writeFile(join(state, name), value);
  await symlink(`..generation-${generation}`, join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data')); // all files change at this moment
  await rm(join(folder, `..generation-${generation - 1}`), { recursive: true, force: true });
}
