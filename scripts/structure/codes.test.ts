import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorRules } from '@secretkit/core/provider';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const codes = Object.keys(errorRules).sort();

it.each([
  ['packages/core/README.md', '## Errors'],
  ['docs/guides/operations.md', '## Error codes'],
])('%s has a row for every error code', (file, heading) => {
  const [, section = ''] = readFileSync(root + file, 'utf8').split(`${heading}\n`);
  const [table = ''] = section.split('\n## ');
  expect([...table.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code).sort()).toEqual(codes);
});
