import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from '../structure/manifests.mjs';
import { slowTestFiles } from './slowest-first.js';

const folders = ['packages', 'examples'].flatMap((folder) =>
  readdirSync(root + folder).map((name) => `${folder}/${name}/src`),
);
const files = [...folders, 'bench/fleet'].flatMap((folder) =>
  readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
);

it.each(slowTestFiles)('the slow test file %s exists', (slow) => {
  expect(files.filter((file) => file.replaceAll('\\', '/').endsWith(slow))).toHaveLength(1);
});
