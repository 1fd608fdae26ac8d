// Tests the built site in a browser, as its readers see it. `npm run docs -- --build` builds it.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import { readPages, siteFolder } from '../pages.mjs';
import { serve } from '../serve.mjs';
import { searches } from './searches.mjs';

const browserPath = findBrowser();
const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 900 };
// On a busy machine, a page may take long to draw.
const timeoutMs = 120_000;
const skip = !browserPath && 'there is no Chromium on the PATH';

if (!existsSync(siteFolder)) throw new Error('The site is not built. Run: npm run docs -- --build');
if (skip && process.env['SECRETKIT_CI']) throw new Error('Chromium must be on the PATH in CI. Install it.');

describe('the site, in a browser', { skip }, () => {
  const pages = readPages();
  let browser;
  let server;
  before(async () => {
    server = await serve(siteFolder);
    browser = await chromium.launch({ executablePath: browserPath });
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  it('shows its pages in both themes and on a phone, and asks nothing outside', async () => {
    const shown = [{ address: '' }, ...pages.filter(isLookedAt)];
    const problems = await shared(shown, async (tab, page, at) => {
      const isFirst = shown[at - 1]?.section !== page.section; // the pages of a section have the same colours
      const address = `/${page.address.replace(/index$/, '')}`;
      return (await lookAt(tab, address, isFirst)).map((problem) => `${address}: ${problem}`);
    });
    assertNone(problems.flat());
  });

  it('has diagrams, and draws them again when the reader changes the theme', async () => {
    const tab = await opened('/guides/getting-started');
    const node = tab.locator('.diagram .node rect.label-container').first();
    const colour = () => node.evaluate((drawn) => getComputedStyle(drawn).fill);
    await node.waitFor();
    const light = await colour();
    await tab.locator('.VPNavBarAppearance button').click();
    await tab.waitForFunction(
      (before) =>
        getComputedStyle(document.querySelector('.diagram .node rect.label-container') ?? document.body)
          .fill !== before,
      light,
    );
    assert.equal(await tab.locator('.diagram pre').count(), 0);
  });

  it('shows the commands of each package manager', async () => {
    const tab = await opened('/guides/getting-started');
    const group = tab.locator('.vp-code-group').first();
    await group.locator('label', { hasText: 'pnpm' }).click();
    assert.match(await group.locator('.active code').innerText(), /^pnpm add @secretkit\/core/);
  });

  it('stacks the cells of a row on a phone, each with the heading of its column', async () => {
    const tab = await opened('/packages/rotation');
    await tab.setViewportSize(phone);
    const cell = tab.locator('#options-of-rotating ~ table td:nth-child(2)').first();
    const before = await cell.evaluate((td) => getComputedStyle(td, '::before').content);
    assert.match(before, /attr\(data-label\)|default/);
    assert.equal(await cell.evaluate((td) => getComputedStyle(td).display), 'block');
  });

  it('lists every page in a menu', async () => {
    const listed = new Set();
    for (const address of ['/overview', '/reference/']) {
      const tab = await opened(address);
      const links = await tab.$$eval('.VPSidebar a', (all) => all.map(({ pathname }) => pathname));
      for (const link of links)
        listed.add(
          link
            .replace(/\.html$/, '')
            .replace(/\/$/, '/index')
            .slice(1),
        );
    }
    assertNone(pages.map(({ address }) => address).filter((address) => !listed.has(address)));
  });

  it('finds for the words of a reader the page that answers', async () => {
    const problems = await shared(Object.entries(searches), async (tab, [words, page]) => {
      const first = (await search(tab, words))[0];
      return first?.replace(/\.html.*$/, '') === `/${page}` ? '' : `${words}: expected ${page}, got ${first}`;
    });
    assertNone(problems.filter(Boolean));
  });

  it('finds a name of the reference, and shows guides first', async () => {
    const tab = await opened('/overview');
    assert.match((await search(tab, 'HttpFailure'))[0], /^\/reference\/http\//);
    const found = (await search(tab, 'createSecrets')).map((link) => link.startsWith('/reference/'));
    assert.ok(found.includes(true), 'the reference is not found');
    assert.equal(found[0], false);
  });

  it('opens the page that the reader chooses from the results', async () => {
    const tab = await opened('/overview');
    await search(tab, 'openbao');
    await tab.locator('.VPLocalSearchBox .result').first().click();
    await tab.waitForURL(/\/packages\/vault/);
    await tab.getByRole('heading', { name: '@secretkit/vault', level: 1 }).waitFor();
  });

  /** Calls a function with each item and one of four tabs. */
  async function shared(items, use) {
    const queue = [...items.entries()];
    const results = [];
    const useSome = async () => {
      const tab = await newTab();
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [at, item] = next;
        results.push(await use(tab, item, at));
      }
      await tab.close();
    };
    await Promise.all(Array.from({ length: 4 }, useSome));
    return results;
  }

  async function newTab() {
    const tab = await browser.newPage({ viewport: desktop, colorScheme: 'light' });
    tab.setDefaultTimeout(timeoutMs);
    return tab;
  }

  async function opened(address) {
    const tab = await newTab();
    await tab.goto(server.url + address);
    return tab;
  }

  /** Returns the addresses of the results, best first. */
  async function search(tab, words) {
    const input = tab.locator('.VPLocalSearchBox input');
    const results = tab.locator('.VPLocalSearchBox a.result');
    if ((await input.count()) === 0) {
      if (tab.url() === 'about:blank') await tab.goto(`${server.url}/overview`);
      await tab.locator('.VPNavBarSearch button').click();
    }
    await input.fill('');
    await results.first().waitFor({ state: 'detached' });
    await input.fill(words);
    await results.first().waitFor();
    return results.evaluateAll((all) => all.map(({ pathname, hash }) => pathname + hash));
  }

  /** Returns the problems of a page. */
  async function lookAt(tab, address, withThemes) {
    const problems = [];
    const note = (message) => problems.push(message.text?.() ?? message.message);
    const noteError = (message) => ['error', 'warning'].includes(message.type()) && note(message);
    const noteRequest = (request) =>
      request.url().startsWith(server.url) || /^(data|blob):/.test(request.url())
        ? undefined
        : problems.push(`it asks for ${request.url()}`);
    tab.on('console', noteError).on('pageerror', note).on('request', noteRequest);

    await tab.setViewportSize(desktop);
    await tab.goto(server.url + address);
    await tab
      .locator('.vp-doc h1')
      .first()
      .waitFor()
      .catch(() => problems.push('its text is not visible'));
    if (!/secretkit/.test(await tab.title())) problems.push(`its title is ${await tab.title()}`);
    await tab
      .waitForFunction(() => document.querySelectorAll('.diagram > pre').length === 0)
      .catch(() => problems.push('a diagram is not drawn'));
    for (const colorScheme of withThemes ? ['light', 'dark'] : []) {
      await tab.emulateMedia({ colorScheme });
      await tab.waitForFunction(
        (dark) => document.documentElement.classList.contains('dark') === dark,
        colorScheme === 'dark',
      );
      const contrast = await contrastOf(tab);
      if (!(colorScheme === 'dark' ? contrast > 100 : contrast < -100)) {
        problems.push(`its text cannot be read in ${colorScheme}`);
      }
    }
    await tab.setViewportSize(phone);
    const excess = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (excess > 0) problems.push(`it is ${excess} pixels wider than a phone`);
    await tab.emulateMedia({ colorScheme: 'light' });
    tab.off('console', noteError).off('pageerror', note).off('request', noteRequest);
    return problems;
  }
});

/** All pages but those of the reference, which look the same: one of each package. */
function isLookedAt({ section, address }, at, all) {
  const isOfSameFolder = (page) => dirname(page.address) === dirname(address);
  return section !== 'Reference' || !all.slice(0, at).some(isOfSameFolder);
}

/** Returns how much brighter the text is than its background, from -255 to 255. */
async function contrastOf(tab) {
  const colours = await tab.evaluate(() => [
    getComputedStyle(document.querySelector('.vp-doc h1')).color,
    getComputedStyle(document.body).backgroundColor,
  ]);
  const [text, page] = colours.map((colour) => {
    const [red, green, blue] = colour.match(/\d+/g).map(Number);
    return (red + green + blue) / 3;
  });
  return text - page;
}

function assertNone(problems) {
  assert.equal(problems.join('\n'), '');
}

function findBrowser() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}
