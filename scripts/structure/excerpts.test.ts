import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const guides = readdirSync(`${root}docs/guides`).filter((file) => file.endsWith('.md'));
// ```ts from=examples/di/src/awilix.ts marks code that is copied from an example, whose tests run it.
const excerpts = guides.flatMap((guide) =>
  [...readFileSync(`${root}docs/guides/${guide}`, 'utf8').matchAll(/^```ts from=(\S+)\n([^]*?)^```$/gm)].map(
    ([, file = '', code = ''], at) => ({ guide, at: at + 1, file, code }),
  ),
);

it.each(excerpts)('$guide, excerpt $at: the code is in $file, once and word for word', ({ file, code }) => {
  expect(readFileSync(root + file, 'utf8').split(code)).toHaveLength(2);
});

it('a code block of a guide has no other mark than from=', () => {
  const marked = guides.flatMap((guide) =>
    [...readFileSync(`${root}docs/guides/${guide}`, 'utf8').matchAll(/^```ts (?!from=\S+$).*$/gm)].map(
      ([line]) => `${guide}: ${line}`,
    ),
  );
  expect(marked).toEqual([]);
  expect(excerpts.length).toBeGreaterThan(0);
});
