import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const blocks = [...readFileSync(`${folder}README.md`, 'utf8').matchAll(/^```ts file=(\S+)\n([^]*?)^```$/gm)];

it.each(blocks.map(([, file = '', code = '']) => ({ file, code })))(
  'the code of the tutorial is the code that runs: $file',
  ({ file, code }) => {
    expect(code).toBe(readFileSync(folder + file, 'utf8'));
  },
);

it('every code block of the tutorial has its file', () => {
  expect(blocks).toHaveLength(3);
  expect(readFileSync(`${folder}README.md`, 'utf8').match(/^```ts/gm)).toHaveLength(3);
});

it('the adapter has about thirty lines', () => {
  const lines = readFileSync(`${folder}src/file-secrets.ts`, 'utf8').trim().split('\n');
  expect(lines.length).toBeLessThanOrEqual(35);
});
