import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Returns the modules that a source of this package imports, directly or indirectly. */
function importsOf(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.startsWith('./')) return seen;
  const text = readFileSync(new URL(file.replace(/\.js$/, '.ts'), import.meta.url), 'utf8');
  for (const [, specifier = ''] of text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)'/gm)) {
    importsOf(specifier, seen);
  }
  return seen;
}

it('the main entry does not import stripe, in its code or in its types', () => {
  const files = [...importsOf('./index.js')];
  expect(files.filter((file) => !file.startsWith('./'))).toEqual([
    '@secretkit/core/provider',
    '@secretkit/http/transport',
  ]);
  expect(files.length).toBeGreaterThan(9);
});
