import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rotateMounted } from './rotate-mounted.js';

it.skipIf(process.platform === 'win32')('prints the lines that its README shows', async () => {
  const lines: string[] = [];
  await rotateMounted((line) => lines.push(line));
  expect(lines).toHaveLength(3);
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(lines.join('\n'));
});
