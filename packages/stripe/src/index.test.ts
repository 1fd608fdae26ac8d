import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What a source of this package imports, and what those import. */
function reached(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.startsWith('./')) return seen;
  const text = readFileSync(new URL(file.replace(/\.js$/, '.ts'), import.meta.url), 'utf8');
  for (const [, specifier = ''] of text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)'/gm)) {
    reached(specifier, seen);
  }
  return seen;
}

it('the main entry needs nothing of stripe, in its code or in its types', () => {
  const files = [...reached('./index.js')];
  expect(files.filter((file) => !file.startsWith('./'))).toEqual(['@secretkit/core']);
  expect(files.length).toBeGreaterThan(10);
});
