import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { blocksOf, installedBy, recipeNames } from '../docs/recipe.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (file: string): string => readFileSync(root + file, 'utf8');
const pages = recipeNames.map((name) => ({ name, text: textOf(`docs/recipes/${name}.md`) }));

/** The words outside code, as a reader counts them. */
function wordsOf(text: string): number {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, '');
  return prose.split(/\s+/).filter((word) => /[a-z]/i.test(word)).length;
}

describe.each(pages)('the recipe $name', ({ name, text }) => {
  it('has at most 400 words, and the terms of its readers', () => {
    expect(wordsOf(text)).toBeLessThanOrEqual(400);
    expect(text).toMatch(/^<!-- terms: .+ -->$/m);
  });

  it('says what happens when a secret rotates and when the store fails', () => {
    expect(text.match(/^## What /gm)?.length ?? 0).toBeGreaterThanOrEqual(name === 'jest-and-vitest' ? 1 : 2);
  });

  it('shows commands with their output', () => {
    const kinds = blocksOf(name).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['file', 'command', 'output']));
  });

  it('installs the packages that its files import', () => {
    const installed = installedBy(name);
    const imported = blocksOf(name)
      .filter(({ kind }) => kind === 'file')
      .flatMap((file) => [...file.text.matchAll(/(?:^|\s)(?:from|import) '([^'.][^']*)'/gm)])
      .map(([, specifier = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '')
      .filter((each) => !isBuiltin(each));
    expect(imported.filter((each) => !installed.includes(each))).toEqual([]);
    expect(imported.length).toBeGreaterThan(0);
  });
});

it('the recipes have at most 5,000 words together', () => {
  expect(pages.reduce((sum, { text }) => sum + wordsOf(text), 0)).toBeLessThanOrEqual(5_000);
});

it('CI runs every recipe', () => {
  const runners = ['examples/recipes/src/recipes.test.ts', 'scripts/ci/runtimes/recipes.mjs'].map(textOf);
  const quoted = (name: string) => new RegExp(`'${name}'|inProject\\('${name}'`);
  expect(recipeNames.filter((name) => !runners.some((text) => quoted(name).test(text)))).toEqual([]);
});
