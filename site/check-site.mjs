// Finds what VitePress builds without an error: links that lead nowhere, and text that Vue took for its own.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';

/** What a page of the site may consist of. Another name is a type parameter outside of a code span. */
const elements = new Set(
  'a article aside b blockquote body br button circle code dd details div dl dt em figcaption figure footer g h1 h2 h3 h4 h5 h6 head header hr html i img input kbd label li line link main meta nav ol p path pre rect s script section span strong style sub summary sup svg symbol table tbody td text th thead title tr ul use wbr'.split(
    ' ',
  ),
);

/** All that a build without a problem prints. VitePress reports some errors there, and exits with 0. */
const expected =
  /^(vitepress v[\d.]+|(- |✓ )(building client \+ server bundles|rendering pages)\.\.\.|build complete in .*|)$/;

/** Returns the problems of the pages that were built from the Markdown files of another folder. */
export function problemsOf(site, written) {
  const pages = filesBelow(site, '.html');
  const texts = new Map(pages.map((page) => [page, readFileSync(join(site, page), 'utf8')]));
  const ids = new Map(pages.map((page) => [page, new Set(matches(texts.get(page), /\sid="([^"]+)"/g))]));
  return [
    ...pages.flatMap((page) => problemsOfPage(page).map((problem) => `${page}: ${problem}`)),
    ...filesBelow(written, '.md').flatMap((file) => lostBraces(file)),
  ];

  function problemsOfPage(page) {
    const text = texts.get(page).replaceAll(/<script\b[^]*?<\/script>/g, '');
    const links = matches(text, /<(?:a|img|link|source)\b[^>]*?\s(?:href|src)="([^"]*)"/g);
    const loaded = matches(texts.get(page), /<(?:script|link|img|iframe)\b[^>]*?\s(?:src|href)="([^"]*)"/g);
    const named = matches(text, /<([a-zA-Z][^\s/>]*)/g).filter((name) => !elements.has(name));
    return [
      ...links.filter((link) => !leads(page, link)).map((link) => `the link ${link} leads nowhere`),
      ...loaded.filter((link) => /^(https?:)?\/\//.test(link)).map((link) => `it loads ${link}`),
      ...new Set(named.map((name) => `<${name}> must be in a code span`)),
    ];
  }

  function leads(page, link) {
    if (/^[a-z]+:/.test(link)) return true;
    const [path, id] = decodeURIComponent(link.replaceAll('&amp;', '&')).split('#');
    const place = path === '' ? page : join(path.startsWith('/') ? '.' : dirname(page), path);
    const file = existsSync(join(site, place, 'index.html')) ? join(place, 'index.html') : place;
    return existsSync(join(site, file)) && (!id || ids.get(file)?.has(id));
  }

  /** Double braces that are not in the page: Vue has replaced them by the value of an expression. */
  function lostBraces(file) {
    const count = (text) => text.split('{{').length;
    const page = texts.get(file.replace(/\.md$/, '.html')) ?? '';
    const text = readFileSync(join(written, file), 'utf8').replaceAll(/^```mermaid[^]*?^```/gm, '');
    const shown = page.replaceAll(/<(script|template)\b[^]*?<\/\1>/g, '').replaceAll(/<(?!!)[^>]+>/g, '');
    return count(shown) < count(text) ? [`${file}: text between {{ and }} is not shown`] : [];
  }
}

/** Returns the lines that VitePress does not print if all is well. */
export function unexpectedLines(lines) {
  return lines.filter((line) => !expected.test(line));
}

function filesBelow(folder, extension) {
  return readdirSync(folder, { recursive: true })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith(extension))
    .sort();
}

function matches(text, pattern) {
  return [...text.matchAll(pattern)].map(([, captured]) => captured);
}
