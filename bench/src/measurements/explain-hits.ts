import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Secrets } from '@secretkit/core';
import { bundle } from '../bundle-size.js';
import { fromSources, withoutExplain } from '../explain-bytes.js';
import { type Ratio, ratio, type Workload } from '../measure/ratio.js';

const here = fileURLToPath(new URL('../..', import.meta.url));
const source = `
  import { createSecrets } from '@secretkit/core';
  import { memorySecrets } from '@secretkit/memory';
  import { recommended } from '@secretkit/middleware/recommended';
  const { get } = memorySecrets({ initial: { token: 'value' } });
  export const secrets = createSecrets(recommended()({ name: 'store', get }));`;
let seen: unknown; // so that V8 does not remove the reads

/** Returns the cost of a hit divided by that of a hit in a build whose client has no `explain` and no `health`. */
export async function measure(): Promise<Ratio> {
  const folder = await mkdtemp(join(tmpdir(), 'secretkit-bench-'));
  try {
    const measured = await ratio(await hitsOf(folder, 'with'), await hitsOf(folder, 'without'));
    if (seen === undefined) throw new Error('the workload did not run.');
    return measured;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function hitsOf(folder: string, name: 'with' | 'without'): Promise<Workload> {
  const plugins = name === 'with' ? [] : [withoutExplain];
  const { contents } = await bundle(source, here, { conditions: fromSources, plugins });
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, contents);
  const { secrets } = (await import(pathToFileURL(file).href)) as { readonly secrets: Secrets }; // exported by `source`
  await secrets.require('token');
  return async (iterations) => {
    for (let i = 0; i < iterations; i += 1) seen = await secrets.get('token');
  };
}
