// Writes every list that is derived from the package manifests: `npm run sync`.
// With --check, writes nothing and reports the files that are out of date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readPackages, root } from './manifests.mjs';
import { fillRegions, regionNames } from './regions.mjs';
import { rootDevDependencies, rootReferences, tsconfigReferences } from './synced-json.mjs';
import { updateLockfile } from './update-lockfile.mjs';

const packages = readPackages();
const isCheck = process.argv.includes('--check');
const changed = [...syncJson(), ...syncPages()];

if (isCheck && changed.length > 0) {
  for (const file of changed) console.error(`${file} is out of date. Run: npm run sync`);
  process.exit(1);
}
if (isCheck) {
  console.log(`The lists in the repository match the manifests of ${packages.length} packages.`);
} else {
  for (const file of changed) console.log(`Updated ${file}.`);
  updateLockfile(root); // a package may have a new dependency
}

/** Compared by content: formatting is the formatter's. */
function syncJson() {
  const outputs = [
    ['package.json', (json) => rootDevDependencies(json, packages)],
    ['tsconfig.json', (json) => rootReferences(json, packages)],
    ...packages.map((each) => [
      `packages/${each.folder}/tsconfig.json`,
      (json) => tsconfigReferences(json, each, packages),
    ]),
  ];
  return outputs
    .filter(([file, change]) => {
      const before = JSON.parse(readFileSync(root + file, 'utf8'));
      const after = change(before);
      if (JSON.stringify(after) === JSON.stringify(before)) return false;
      if (!isCheck) writeFileSync(root + file, `${printJson(after)}\n`);
      return true;
    })
    .map(([file]) => file);
}

function syncPages() {
  const pages = pagesOfRepository();
  const filled = new Set();
  const outOfDate = pages.filter((file) => {
    const before = readFileSync(root + file, 'utf8');
    const { text, names } = fillRegions(before, file, packages);
    for (const name of names) filled.add(name);
    if (text === before) return false;
    if (!isCheck) writeFileSync(root + file, text);
    return true;
  });
  const missing = regionNames.filter((name) => !filled.has(name));
  if (missing.length > 0) {
    for (const name of missing) {
      console.error(`No page has the region ${name}. Add <!-- sync:${name} --> and <!-- /sync --> to one.`);
    }
    process.exit(1);
  }
  return outOfDate;
}

/** The pages in which a region may be: the README, the docs, and the READMEs of packages. */
function pagesOfRepository() {
  const docs = readdirSync(`${root}docs`, { recursive: true })
    .map((file) => `docs/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.md') && !file.startsWith('docs/reference/'));
  return ['README.md', ...docs.sort(), ...packages.map(({ folder }) => `packages/${folder}/README.md`)];
}

/** As the formatter prints it: a list of strings that fits is one line. */
function printJson(value) {
  return JSON.stringify(value, null, 2).replaceAll(
    /\[\n\s+("[^"\n]*"(?:,\n\s+"[^"\n]*")*)\n\s+\]/g,
    (list, items) => {
      const line = `[${items.replaceAll(/\n\s+/g, ' ')}]`;
      return line.length <= 80 ? line : list;
    },
  );
}
