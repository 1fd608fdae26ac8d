// Compiles every `ts` block of the Markdown pages and the doc comments, each as a module of its own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = `${root}.cache/docs`;

// git lists the files: the node_modules folders of packages link to other packages.
const listed = spawnSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).stdout.split('\n');
const files = listed
  .filter((file) => !file.includes('/') || /^(docs|packages|examples|site)\//.test(file))
  .filter(
    (file) => /\.(md|ts)$/.test(file) && !/node_modules|dist\/|docs\/reference|\.test|CHANGELOG/.test(file),
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
writeFileSync(
  `${out}/tsconfig.json`,
  JSON.stringify({
    extends: '../../tsconfig.checks.json',
    compilerOptions: { moduleDetection: 'force', noUnusedLocals: false, noUnusedParameters: false },
    include: ['.'],
  }),
);
console.log(`${blocks} blocks from ${files.length} files`);
const { status } = spawnSync('tsc', ['-p', out], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exit(status ?? 1);
