// Copies the Markdown reference that TypeDoc wrote to docs/reference. With --check, reports whether it is up to date.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const written = `${root}.cache/reference`;
const shown = `${root}docs/reference`;

if (!existsSync(written)) {
  console.error('TypeDoc has not written the reference. Run: npm run docs');
  process.exit(2);
}
if (!process.argv.includes('--check')) {
  for (const path of existsSync(shown) ? readdirSync(shown) : []) {
    if (isReference(path)) rmSync(`${shown}/${path}`, { recursive: true, force: true });
  }
  cpSync(written, shown, { recursive: true, filter: isReference });
} else {
  const [now, then] = [pagesOf(written), pagesOf(shown)];
  const changed = [...new Set([...now.keys(), ...then.keys()])].filter(
    (page) => now.get(page) !== then.get(page),
  );
  if (changed.length > 0) {
    console.error(`docs/reference is out of date: ${changed.join(', ')}. Run: npm run docs`);
    process.exit(1);
  }
  console.log(`docs/reference is up to date: ${now.size} pages.`);
}

function pagesOf(folder) {
  if (!existsSync(folder)) return new Map();
  const pages = readdirSync(folder, { recursive: true }).filter(
    (file) => file.endsWith('.md') && isReference(file),
  );
  return new Map(pages.map((page) => [page, readFileSync(`${folder}/${page}`, 'utf8')]));
}

/** Pages that the guides link to are for the site only. The results of the conformance kit have a writer of their own. */
function isReference(path) {
  return path !== 'conformance-results.md' && !/(^|\/)(_media|assets)(\/|$)/.test(path);
}
