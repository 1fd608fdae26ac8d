import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const guides = readdirSync(`${root}docs/guides`).filter((file) => file.endsWith('.md'));
// ```ts from=examples/di/src/awilix.ts: what needs packages of an example is cut out of it, since nothing else would run it.
const excerpts = guides.flatMap((guide) =>
  [...readFileSync(`${root}docs/guides/${guide}`, 'utf8').matchAll(/^```ts from=(\S+)\n([^]*?)^```$/gm)].map(
    ([, file = '', code = ''], at) => ({ guide, at: at + 1, file, code }),
  ),
);

it.each(excerpts)(
  'the code of a guide is the code that runs: $guide, excerpt $at of $file',
  ({ file, code }) => {
    expect(readFileSync(root + file, 'utf8').split(code)).toHaveLength(2); // once, word for word
  },
);

it('every excerpt of a guide is one of those', () => {
  const marked = guides.flatMap((guide) =>
    [...readFileSync(`${root}docs/guides/${guide}`, 'utf8').matchAll(/^```ts (?!from=\S+$).*$/gm)].map(
      ([line]) => `${guide}: ${line}`,
    ),
  );
  expect(marked).toEqual([]);
  expect(excerpts.length).toBeGreaterThan(0);
});
