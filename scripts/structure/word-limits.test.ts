import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from './manifests.mjs';

const pages = markdownBelow('').map((file) => ({ file, words: wordsOf(readFileSync(root + file, 'utf8')) }));

/** A longer page moves details to doc comments, or links the page that has them. */
const limits = [
  { pages: 'README', pattern: /(^|\/)README\.md$/, words: 1_200 },
  { pages: 'guide', pattern: /^docs\/guides\/[^/]+\.md$/, words: 900 },
  { pages: 'recipe', pattern: /^docs\/recipes\/[^/]+\.md$/, words: 400 },
];

it.each(limits)('a $pages has at most $words words', ({ pattern, words }) => {
  const longer = pages.filter((page) => pattern.test(page.file) && page.words > words);
  expect(longer).toEqual([]);
});

it('finds READMEs and guides', () => {
  for (const { pattern } of limits.slice(0, 2)) {
    expect(pages.filter(({ file }) => pattern.test(file)).length).toBeGreaterThan(10);
  }
});

it('all pages outside the reference have at most 32,000 words', () => {
  expect(pages.reduce((sum, { words }) => sum + words, 0)).toBeLessThanOrEqual(32_000);
});

it('counts what a person reads: words with a letter, tables included, code not', () => {
  expect(wordsOf('# One title\n\n| two | 3 |\n| --- | --- |\n\n```ts\nconst not = 1;\n```\n\nfour.')).toBe(4);
});

function wordsOf(text: string): number {
  const prose = text.replaceAll(/^\s*(```|~~~)[^]*?^\s*\1.*$/gm, '');
  return prose.split(/\s+/).filter((word) => /[a-z]/i.test(word)).length;
}

/** The pages that a person writes. */
function markdownBelow(folder: string): string[] {
  return readdirSync(root + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    if (/^\.|node_modules|^dist$|reference|template/i.test(entry.name)) return [];
    if (entry.isDirectory()) return markdownBelow(`${path}/`);
    return entry.name.endsWith('.md') && entry.name !== 'CHANGELOG.md' ? [path] : [];
  });
}
