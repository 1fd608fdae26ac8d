import { defineConfig } from 'vitepress';
import { root } from '../../scripts/structure/manifests.mjs';
import { pagesFolder, readPages, siteFolder } from '../pages.mjs';
import { markdown } from './markdown.mjs';
import { search } from './search.mjs';

const pages = readPages();

export default defineConfig({
  title: 'secretkit',
  description: 'Secrets from any store, that survive outages and rotations',
  srcDir: pagesFolder,
  outDir: siteFolder,
  cacheDir: `${root}.cache/vitepress`,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/icon.svg' }]],
  markdown,
  router: { prefetchLinks: false }, // the menu alone has sixty
  vite: {
    build: { chunkSizeWarningLimit: 4_000 }, // the search's index is one
    resolve: {
      alias: [{ find: /^@docsearch\/(js|css)$/, replacement: `${root}site/.vitepress/theme/unused.mjs` }],
    },
  },
  themeConfig: {
    search,
    outline: [2, 3],
    nav: [
      { text: 'Get started', link: '/guides/getting-started' },
      { text: 'Packages', link: '/overview#packages' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: {
      '/reference/': referenceMenu(),
      '/': ['Start', 'Recipes', 'Guides', 'Packages', 'Examples', 'Project'].flatMap(menuOf),
    },
  },
});

function menuOf(section) {
  const items = pages
    .filter((page) => page.section === section)
    .map(({ title, address }) => ({ text: title, link: `/${address}` }));
  return items.length > 0 ? [{ text: section, collapsed: false, items }] : [];
}

/** The pages of a package are below that of its main entry. The results of the conformance kit are a page beside them. */
function referenceMenu() {
  const all = pages.filter(({ section }) => section === 'Reference');
  const items = all
    .filter(({ title, address }) => title.split('/').length <= 2 && address !== 'reference/index')
    .map((page) => {
      const subpaths = all.filter(({ title }) => title.startsWith(`${page.title}/`));
      const items = subpaths.map(({ title, address }) => ({
        text: title.slice(page.title.length),
        link: `/${address}`,
      }));
      return { text: page.title, link: linkTo(page), ...(items.length > 0 && { collapsed: true, items }) };
    });
  return [{ text: 'API reference', link: '/reference/', items }];
}

function linkTo({ address }) {
  return `/${address.replace(/index$/, '')}`;
}
