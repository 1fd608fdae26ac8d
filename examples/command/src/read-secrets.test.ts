import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readSecrets } from './read-secrets.js';

it('prints the lines that its README shows', async () => {
  const lines: string[] = [];
  await readSecrets((line) => lines.push(line));
  expect(lines).toHaveLength(4);
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(lines.join('\n'));
});
