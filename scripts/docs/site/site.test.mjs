// Tests the site from the disk, in a browser, as its readers open it. `npm run docs` writes it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const site = fileURLToPath(new URL('../../../.site/', import.meta.url));
const pictures = fileURLToPath(new URL('../../../.cache/screenshots/', import.meta.url));
const browserPath = findBrowser();
const phone = { width: 390, height: 844 };
// On a busy machine, a page may take long to draw.
const timeoutMs = 120_000;
const desktop = { width: 1280, height: 900 };

const pages = existsSync(site) ? htmlFilesOf(site) : [];
if (pages.length === 0) throw new Error('TypeDoc has not written the site. Run: npm run docs');
if (!browserPath && process.env.SECRETKIT_CI)
  throw new Error('Chromium must be on the PATH in CI. Install it.');

describe('the site, as files', () => {
  it('has no broken link', () => {
    const ids = new Map(pages.map((page) => [page, new Set(matches(textOf(page), /\sid="([^"]+)"/g))]));
    const broken = pages.flatMap((page) =>
      matches(textOf(page), /<(?:a|img|link|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g)
        .filter((link) => link !== '#' && !/^[a-z]+:/.test(link) && !isThere(page, link, ids))
        .map((link) => `${page}: ${link}`),
    );
    assertNone(broken);
  });

  it('makes no request over the network', () => {
    const asking = pages.filter((page) =>
      /<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?\/\//.test(textOf(page)),
    );
    assertNone(asking);
  });
});

describe('the site, in a browser', { skip: !browserPath && 'there is no Chromium on the PATH' }, () => {
  let browser;
  let blank;
  before(async () => {
    rmSync(pictures, { recursive: true, force: true });
    mkdirSync(pictures, { recursive: true });
    browser = await chromium.launch({ executablePath: browserPath });
    const tab = await newTab();
    blank = await tab.screenshot();
    await tab.close();
  });
  after(() => browser?.close());

  it('shows guides, packages and one page of each kind, in both themes and on a phone', async () => {
    const problems = [];
    const queue = pages.filter(isLookedAt);
    const lookAtSome = async () => {
      const tab = await newTab();
      for (let page = queue.shift(); page; page = queue.shift()) {
        problems.push(...(await lookAt(tab, page, blank)).map((problem) => `${page}: ${problem}`));
      }
      await tab.close();
    };
    await Promise.all([lookAtSome(), lookAtSome()]);
    assertNone(problems);
  });

  it('draws the diagrams again when the reader changes the theme', async () => {
    const tab = await opened('documents/Getting_started.html');
    const colour = () =>
      tab
        .locator('.diagram .node rect')
        .first()
        .evaluate((node) => getComputedStyle(node).fill);
    await tab.locator('.diagram svg').first().waitFor();
    const light = await colour();
    await tab.click('summary:has-text("Settings")');
    await tab.selectOption('#tsd-theme', 'dark');
    await tab.waitForFunction(
      (before) =>
        getComputedStyle(document.querySelector('.diagram .node rect') ?? document.body).fill !== before,
      light,
    );
    assert.equal(await tab.locator('pre.diagram').count(), 0);
  });

  it('finds createSecrets, and opens its page', async () => {
    const tab = await opened('index.html');
    const found = (await search(tab, 'createSecrets')).first();
    assert.match(await found.innerText(), /createSecrets/);
    await found.click();
    await tab.waitForURL(/functions\/_secretkit_core\.createSecrets\.html/);
    assert.match(await tab.title(), /createSecrets/);
  });

  it('finds a word that only a guide has', async () => {
    const found = await search(await opened('index.html'), 'Powertools');
    await found.filter({ hasText: 'Migrating' }).first().waitFor();
  });

  it('lists every guide and package in the menu', async () => {
    const tab = await opened('index.html');
    await tab.locator('.tsd-navigation details').first().waitFor();
    const links = await tab.$$eval('.tsd-navigation a', (all) => all.map(({ href }) => href.split('#')[0]));
    const listed = new Set(links.map((link) => fileURLToPath(link).slice(site.length)));
    assertNone([...listed].filter((page) => !pages.includes(page)));
    const wanted = pages.filter((page) => /^(documents|modules)\//.test(page));
    assertNone(wanted.filter((page) => !listed.has(page)));
  });

  async function newTab() {
    const tab = await browser.newPage({ viewport: desktop, colorScheme: 'light' });
    tab.setDefaultTimeout(timeoutMs);
    return tab;
  }

  async function opened(page) {
    const tab = await newTab();
    await tab.goto(addressOf(page));
    return tab;
  }
});

function isLookedAt(page, at, all) {
  const isText = /^(documents\/.*(?<!\.ts)|modules\/_secretkit_[a-z-]+|[a-z]+)\.html$/.test(page);
  return isText || !all.slice(0, at).some((other) => dirname(other) === dirname(page));
}

/** Returns the problems of a page. Its screenshots are kept in .cache. */
async function lookAt(tab, page, blank) {
  const problems = [];
  const note = (message) => problems.push(message.text?.() ?? message.message);
  const noteError = (message) => message.type() === 'error' && note(message);
  tab.on('console', noteError).on('pageerror', note);

  await tab.setViewportSize(desktop);
  await tab.goto(addressOf(page));
  await tab
    .locator('.col-content')
    .waitFor()
    .catch(() => problems.push('its text is not visible'));
  if (!/secretkit$/.test(await tab.title())) problems.push(`its title is ${await tab.title()}`);
  const diagrams = matches(textOf(page), /(<pre class="diagram">)/g).length;
  await tab
    .waitForFunction((count) => document.querySelectorAll('.diagram > svg').length === count, diagrams)
    .catch(() => problems.push('a diagram is not drawn'));

  for (const colorScheme of ['light', 'dark']) {
    await tab.emulateMedia({ colorScheme });
    const bytes = await picture(tab, page, colorScheme);
    if (bytes.length < 4 * blank.length) problems.push(`it is blank in ${colorScheme}`);
    const contrast = await contrastOf(tab);
    if (!(colorScheme === 'dark' ? contrast > 100 : contrast < -100)) {
      problems.push(`its text cannot be read in ${colorScheme}`);
    }
  }

  await tab.setViewportSize(phone);
  await picture(tab, page, 'phone');
  const excess = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (excess > 0) problems.push(`it is ${excess} pixels wider than a phone`);

  tab.off('console', noteError).off('pageerror', note);
  return problems;
}

/** Returns how much brighter the text is than its background, from -255 to 255. */
async function contrastOf(tab) {
  const colours = await tab.evaluate(() => [
    getComputedStyle(document.querySelector('.col-content')).color,
    getComputedStyle(document.body).backgroundColor,
  ]);
  const [text, page] = colours.map((colour) => {
    const [red, green, blue] = colour.match(/\d+/g).map(Number);
    return (red + green + blue) / 3;
  });
  return text - page;
}

async function picture(tab, page, name) {
  const path = join(pictures, `${page.replaceAll('/', '-')}.${name}.png`);
  return tab.screenshot({ path });
}

function assertNone(problems) {
  assert.equal(problems.join('\n'), '');
}

/** Returns the links of the search results. */
async function search(tab, words) {
  await tab.click('#tsd-search-trigger');
  await tab.fill('#tsd-search-input', words);
  const found = tab.locator('#tsd-search-results a');
  await found.first().waitFor();
  return found;
}

function addressOf(page) {
  return pathToFileURL(join(site, page)).href;
}

function htmlFilesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.html'))
    .sort();
}

function textOf(page) {
  return readFileSync(join(site, page), 'utf8');
}

function matches(text, pattern) {
  return [...text.matchAll(pattern)].map(([, captured]) => captured);
}

function isThere(page, link, ids) {
  const [file, id] = decodeURIComponent(link.replaceAll('&amp;', '&')).split('#');
  const target = file === '' ? page : join(dirname(page), file);
  return existsSync(join(site, target)) && (!id || !ids.has(target) || ids.get(target).has(id));
}

function findBrowser() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}
