// Writes the Markdown that VitePress reads, with a page for each source that a page links to.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path/posix';
import { root } from '../scripts/structure/manifests.mjs';
import { drawFigures } from './figures/draw.mjs';
import { pagesFolder, readPages } from './pages.mjs';
import { siteText } from './site-text.mjs';

const languages = { '.mjs': 'js', '.yml': 'yaml', '.py': 'python', '': 'text' };

/** Resolves with the links that lead nowhere. */
export async function writePages() {
  const pages = readPages();
  const addresses = new Map(pages.map(({ file, address }) => [file, `/${address}.md`]));
  const problems = [];
  rmSync(pagesFolder, { recursive: true, force: true });
  for (const page of pages) {
    write(
      `${page.address}.md`,
      siteText(page, addressOf, (problem) => problems.push(problem)),
    );
  }
  copy('site/icon.svg', 'public/icon.svg');
  const figures = await drawFigures();
  const home = readFileSync(`${root}site/home.md`, 'utf8');
  write(
    'index.md',
    home.replaceAll(/<!-- figure: (\w+) -->/g, (_, name) => figures[name]),
  );
  return problems;

  function addressOf(path) {
    const file = existsSync(`${root}${path}/README.md`) ? join(path, 'README.md') : path;
    if (!addresses.has(file)) addresses.set(file, isFolder(file) ? addFolder(file) : addFile(file));
    return addresses.get(file);
  }

  /** Makes a page that lists the files of a folder, as a forge does. */
  function addFolder(folder) {
    const address = `sources/${folder}/index.md`;
    const files = readdirSync(root + folder).map((name) => join(folder, name));
    const items = files.map((file) => `- [${basename(file)}](${addressOf(file)})`);
    write(address, `# ${folder}\n\n${items.join('\n')}\n`);
    return `/${address}`;
  }
}

function isFolder(path) {
  return existsSync(root + path) && statSync(root + path).isDirectory();
}

/** Copies a picture, and makes a page of a source: a browser would download it. */
function addFile(file) {
  const extension = extname(file);
  if (!existsSync(root + file) || extension === '.md') return undefined;
  if (extension === '.svg') {
    copy(file, `public/${file}`);
    return `/${file}`;
  }
  const address = `sources/${file.replaceAll('.', '-')}.md`;
  const language = languages[extension] ?? extension.slice(1);
  const fence = '`````';
  const code = `${fence}${language}\n${readFileSync(root + file, 'utf8')}${fence}`;
  write(address, `---\naside: false\n---\n\n# ${basename(file)}\n\nThe file \`${file}\`.\n\n${code}\n`);
  return `/${address}`;
}

function copy(file, target) {
  mkdirSync(dirname(`${pagesFolder}/${target}`), { recursive: true });
  copyFileSync(root + file, `${pagesFolder}/${target}`);
}

function write(target, text) {
  mkdirSync(dirname(`${pagesFolder}/${target}`), { recursive: true });
  writeFileSync(`${pagesFolder}/${target}`, text);
}
