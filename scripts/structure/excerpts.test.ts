import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const foldersIn = (folder: string): string[] =>
  readdirSync(root + folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? `${folder}/${entry.name}` : [],
  );
const pages = [
  '.',
  'docs',
  'docs/guides',
  'bench',
  ...foldersIn('packages'),
  ...foldersIn('examples'),
].flatMap((folder) =>
  readdirSync(root + folder).flatMap((file) => (file.endsWith('.md') ? join(folder, file) : [])),
);

// ```ts from=examples/di/src/awilix.ts marks code that is copied from an example, whose tests run it. A page of an example
// marks its own files by file=.
const blocks = pages.flatMap((page) =>
  [...readFileSync(root + page, 'utf8').matchAll(/^```(?:ts|js)(| .*)\n([^]*?)^```$/gm)].map(
    ([, mark = '', code = ''], at) => ({ page, at: at + 1, mark, code, file: fileOf(page, mark) }),
  ),
);

function fileOf(page: string, mark: string): string | undefined {
  const [, kind, file = ''] = /^ (from|file)=(\S+)$/.exec(mark) ?? [];
  return kind === 'file' ? join(dirname(page), file) : kind && file;
}

const excerpts = blocks.filter(({ mark }) => mark.startsWith(' from='));

it.each(excerpts)('$page, block $at: the code is in $file, once and word for word', ({ file = '', code }) => {
  expect(readFileSync(root + file, 'utf8').split(code)).toHaveLength(2);
});

it('a code block has no other mark than from= and file=', () => {
  const marked = blocks.filter(({ mark, file }) => mark !== '' && file === undefined);
  expect(marked.map(({ page, mark }) => `${page}: ${mark}`)).toEqual([]);
  expect(excerpts.length).toBeGreaterThan(0);
});

it('an adapter on a page is a file that passes the conformance kit', () => {
  const adapters = blocks.filter(({ code }) => /: SecretProvider\b/.test(code) && /\bseal\(/.test(code));
  const untested = adapters.filter(({ file }) => {
    const test = root + (file ?? '').replace(/\.ts$/, '.test.ts');
    return (
      file === undefined || !existsSync(test) || !readFileSync(test, 'utf8').includes('describeProvider(')
    );
  });
  expect(untested.map(({ page, at }) => `${page}, block ${at}`)).toEqual([]);
  expect(adapters.length).toBeGreaterThanOrEqual(2);
});
