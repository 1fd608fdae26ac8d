// Writes the skeleton of a package: `npm run new -- adapter NAME`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPackages, root } from './manifests.mjs';

const template = fileURLToPath(new URL('adapter-template/', import.meta.url));
const [kind, name, ...others] = process.argv.slice(2);

if (kind !== 'adapter' || others.length > 0) refuse('unknown arguments. Usage: npm run new -- adapter NAME');
checkName(name);
for (const file of filesOf(template)) {
  const target = targetOf(file);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, filled(readFileSync(template + file, 'utf8')));
}
writeFileSync(`${root}packages/${name}/LICENSE`, readFileSync(`${root}LICENSE`));
run('biome', 'check', '--write', '--log-level=warn', `packages/${name}`);
run(process.execPath, 'scripts/structure/sync.mjs');
console.log(`Created packages/${name} and .changeset/${name}.md. Next steps:

1. In src/${name}-client.ts, declare the calls of the backend's client that you need. Without a client, delete the file and
   test/in-memory-client.ts. In package.json, correct the description, and the runtime if it imports node: modules.
2. In src/${name}-secrets.ts, make them. In src/${name}-error.ts, list the backend's error codes.
3. In src/conformance.test.ts, state the traits and the faults of the backend.
4. Run: npm test -- packages/${name}
5. Describe the backend in README.md.
6. Run: npm run sync && npm run docs && npm test && node scripts/docs/write-conformance-page.mjs`);

function checkName(text) {
  if (!text || text.length > 40 || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)) {
    refuse('NAME must be lower-case letters, digits and single dashes, and start with a letter.');
  }
  const taken = readPackages().find(({ folder, schemes }) => folder === text || schemes.includes(text));
  if (taken) refuse(`NAME must be new: packages/${taken.folder} has the name or the URL scheme "${text}".`);
  for (const path of [`packages/${text}`, `.changeset/${text}.md`]) {
    if (existsSync(root + path)) refuse(`NAME must be new: ${path} exists.`);
  }
}

function refuse(problem) {
  console.error(`new: ${problem}`);
  process.exit(2);
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true }).filter((file) => statSync(folder + file).isFile());
}

function targetOf(file) {
  if (file === 'changeset.md.template') return `${root}.changeset/${name}.md`;
  return `${root}packages/${name}/${file.replace('NAME', name).replace(/\.template$/, '')}`;
}

/** `aws-ssm` is `awsSsm` in functions and `AwsSsm` in types. */
function filled(text) {
  const camel = name.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase());
  const words = { name, camel, Pascal: camel[0].toUpperCase() + camel.slice(1) };
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, word) => words[word]);
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
