// The pages of the site: the guides, the READMEs and the reference, which stay where a forge shows them.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path/posix';
import { readPackages, root } from '../scripts/structure/manifests.mjs';

/** Where VitePress reads them, as Markdown for the site. */
export const pagesFolder = `${root}site/.pages`;

/** Where VitePress writes the site. */
export const siteFolder = `${root}.site`;

/** The menu shows the sections in this order. Each file name decides the section of its page. */
const sections = [
  { name: 'Start', pattern: /^README\.md$/, address: () => 'overview' },
  { name: 'Recipes', pattern: /^docs\/recipes\/(.+)\.md$/, address: (name) => `recipes/${name}` },
  { name: 'Guides', pattern: /^docs\/guides\/(.+)\.md$/, address: (name) => `guides/${name}` },
  { name: 'Packages', pattern: /^packages\/([^/]+)\/README\.md$/, address: (name) => `packages/${name}` },
  { name: 'Examples', pattern: /^examples\/([^/]+)\/README\.md$/, address: (name) => `examples/${name}` },
  {
    name: 'Project',
    pattern: /^(?:docs\/([^/]+)|([A-Z_]+)|(bench)\/README)\.md$/,
    address: (...names) => `project/${names.find(Boolean).toLowerCase().replaceAll('_', '-')}`,
  },
  {
    name: 'Reference',
    pattern: /^docs\/reference\/(.+)\.md$/,
    address: (name) => `reference/${name.replace(/(^|\/)README$/, '$1index')}`,
  },
];

/** Returns the pages in the order of the menu: `{ file, section, address, title, text }`. */
export function readPages() {
  const files = [
    ...readdirSync(root),
    ...['docs', 'examples', 'packages'].flatMap(markdownBelow),
    'bench/README.md',
  ];
  const order = linkedFrom('README.md');
  const place = ({ file }) => (order.includes(file) ? order.indexOf(file) : order.length);
  const compare = (one, other) =>
    one.at - other.at || place(one) - place(other) || one.title.localeCompare(other.title, 'en');
  return files.flatMap((file) => pageOf(file) ?? []).sort(compare);
}

function pageOf(file) {
  const at = sections.findIndex(({ pattern }) => pattern.test(file));
  if (at === -1) return undefined;
  const { name: section, pattern, address } = sections[at];
  const text = readFileSync(root + file, 'utf8');
  const title = titleOf(file, text);
  return { file, at, section, address: address(...pattern.exec(file).slice(1)), title, text };
}

/** A page of the reference names a subpath only: `cache` is `@secretkit/middleware/cache`. */
function titleOf(file, text) {
  if (file === 'README.md') return 'Overview';
  if (file === 'docs/reference/README.md') return 'API reference';
  const [, title] = /^# (.+)$/m.exec(text) ?? [];
  if (!title) throw new Error(`${file} has no heading.`);
  const [, folder] = /^docs\/reference\/([^/]+)\/(?!README)/.exec(file) ?? [];
  return folder ? `@secretkit/${folder}/${title}` : title.replaceAll('`', '');
}

function markdownBelow(folder) {
  if (folder === 'packages') return readPackages().map((each) => `packages/${each.folder}/README.md`);
  return readdirSync(root + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : markdownBelow(path);
    return entry.name.endsWith('.md') && basename(path) !== 'CHANGELOG.md' ? [path] : [];
  });
}

/** The tables of a page link to others at the beginning of a row. */
function linkedFrom(file) {
  return [...readFileSync(root + file, 'utf8').matchAll(/^\| \[[^\]]+\]\(([^)#]+)/gm)].map(
    ([, target]) => target,
  );
}
