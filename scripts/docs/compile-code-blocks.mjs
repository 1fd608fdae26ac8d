// Compiles every `ts` block of the Markdown pages and the doc comments, each as a module of its own. The files of a recipe are
// compiled together, where the packages that they import are installed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blocksOf, recipeNames } from './recipe.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = `${root}.cache/docs`;
const recipes = `${root}examples/recipes/.cache/types`;

// git lists the files: the node_modules folders of packages link to other packages.
const listed = spawnSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).stdout.split('\n');
const files = listed
  .filter((file) => !file.includes('/') || /^(docs|packages|examples|site)\//.test(file))
  .filter(
    (file) =>
      /\.(md|ts)$/.test(file) && !/node_modules|dist\/|docs\/(reference|recipes)|\.test|CHANGELOG/.test(file),
  );

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
let blocks = 0;
for (const file of files) {
  const text = readFileSync(`${root}${file}`, 'utf8');
  const comment = file.endsWith('.ts') ? ' +\\* ?' : '';
  const block = new RegExp(`^${comment}\`\`\`ts\\n([^]*?)^${comment}\`\`\`$`, 'gm');
  for (const match of text.matchAll(block)) {
    const line = text.slice(0, match.index).split('\n').length;
    const code = match[1].replaceAll(new RegExp(`^${comment}`, 'gm'), '');
    writeFileSync(`${out}/${file.replaceAll('/', '__')}.line${line}.ts`, code);
    blocks += 1;
  }
}
console.log(
  `${blocks} blocks from ${files.length} files, ${writeRecipes()} files of ${recipeNames.length} recipes`,
);
const options = { moduleDetection: 'force', noUnusedLocals: false, noUnusedParameters: false };
const bundler = { module: 'esnext', moduleResolution: 'bundler' }; // Next's
const passed = [
  compiles(out, '../../tsconfig.checks.json', options),
  compiles(recipes, '../../../../tsconfig.checks.json', { ...options, ...bundler }),
];
process.exit(passed.every(Boolean) ? 0 : 1);

/** Returns the number of files. */
function writeRecipes() {
  rmSync(recipes, { recursive: true, force: true });
  const files = recipeNames.flatMap((name) =>
    blocksOf(name)
      .filter((block) => block.kind === 'file' && /\.m?tsx?$/.test(block.name))
      .map((block) => ({ path: `${recipes}/${name}/${block.name}`, text: block.text })),
  );
  for (const { path, text } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return files.length;
}

function compiles(folder, base, compilerOptions) {
  writeFileSync(
    `${folder}/tsconfig.json`,
    JSON.stringify({ extends: base, compilerOptions, include: ['.'] }),
  );
  const { status } = spawnSync('tsc', ['-p', folder], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return status === 0;
}
