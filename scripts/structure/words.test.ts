import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from './manifests.mjs';
import { bannedWords } from './words.js';

const folders = ['packages', 'docs', 'examples', 'scripts', 'site', 'README.md', 'CONTRIBUTING.md'];
const skipped = /^(node_modules|dist|coverage|\.cache|\.pages|CHANGELOG\.md)$/;
const exempt = [
  'docs/reference',
  'docs/guides/upgrading.md',
  'scripts/structure/words.ts',
  'scripts/structure/words.test.ts',
]; // prettier-ignore
const text = /\.([cm]?[jt]s|json|md|svg|template)$/;

const files = folders.flatMap(textFilesBelow).map((path) => {
  const lines = readFileSync(root + path, 'utf8').split('\n');
  return { path, lines };
});

function textFilesBelow(path: string): readonly string[] {
  if (exempt.includes(path) || !existsSync(root + path)) return [];
  if (!statSync(root + path).isDirectory()) return text.test(path) ? [path] : [];
  return readdirSync(root + path)
    .filter((name) => !skipped.test(name))
    .flatMap((name) => textFilesBelow(`${path}/${name}`));
}

it('reads the repository', () => {
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['README.md', 'packages/core/package.json', 'packages/core/src/index.ts']),
  );
});

describe('a word that has a plainer one is used nowhere', () => {
  it.each(bannedWords)('$word', ({ pattern, use }) => {
    const hits = files.flatMap(({ path, lines }) => [
      ...(pattern.test(path) ? [`${path}: the file's name`] : []),
      ...lines.flatMap((line, at) =>
        pattern.test(line) ? [`${path}:${at + 1}: ${line.trim().slice(0, 120)}`] : [],
      ),
    ]);
    expect(hits, `use ${use}`).toEqual([]);
  });

  it.each(bannedWords)(
    'the pattern of "$word" finds it, and not the plain words',
    ({ pattern, word, plain }) => {
      expect(word).toMatch(pattern);
      for (const each of plain ?? []) expect(each).not.toMatch(pattern);
    },
  );
});
