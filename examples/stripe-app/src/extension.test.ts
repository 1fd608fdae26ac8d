import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Emulator, startEmulator } from '@secretkit/stripe-emulator';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type LocalDashboard, startDashboard } from './dashboard/start-dashboard.js';
import { type PartnerServer, startPartner, tokenLifeMs } from './partner-server.js';
import { type RunningBackend, startBackend } from './start-backend.js';
import { browserOnPath } from './test-support/browser-on-path.js';
import { startStripeProxy } from './test-support/stripe-proxy.js';
import { fromExtension, type Viewer } from './ui-extension.js';

const browserPath = browserOnPath();
const pictures = fileURLToPath(new URL('../../../.cache/screenshots/extension/', import.meta.url));
const alice: Viewer = { account_id: 'acct_1', user_id: 'usr_alice' };
const signingSecret = 'CANARY-signing-secret';
const embeddedKey = 'sk_test_CANARYembedded';
const scope = { type: 'user', user: alice.user_id } as const;
const isValueShown = /CANARY|example-[\da-f]{8}|(?:access|refresh)-/;

let offsetMs = 0;
const now = () => Date.now() + offsetMs;

let dashboard: LocalDashboard;
let emulator: Emulator;
let partner: PartnerServer;
let backend: RunningBackend;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.close());

beforeEach(async () => {
  offsetMs = 0;
  const { account_id: account, user_id: user } = alice;
  emulator = await startEmulator({ now, dashboard: { origin: dashboard.origin, user, account } });
  partner = await startPartner('CANARY-client-secret', now);
  emulator.secrets.put({ name: 'app-signing-secret', payload: signingSecret });
  emulator.secrets.put({ name: 'partner-client-secret', payload: 'CANARY-client-secret' });
  backend = await startBackend({
    apiKey: 'sk_test_CANARYkey',
    stripeUrl: emulator.url,
    partnerUrl: partner.url,
    now,
  });
});
afterEach(async () => {
  await backend.close();
  await partner.close();
  await emulator.close();
});

/** A tab with the Dashboard, whose extension is loaded. */
interface Tab {
  readonly page: Page;
  /** Presses a button, and returns the title and the text of the banner that it leads to. */
  press(button: string, title: string): Promise<string>;
  /** Requests that the frame of the extension sends itself, by URL. */
  readonly frameRequests: readonly string[];
}

async function open(browser: Browser, transport: 'host' | 'frame'): Promise<Tab> {
  dashboard.open({
    context: {
      userContext: { id: alice.user_id, account: { id: alice.account_id } },
      backendUrl: backend.url,
    },
    dashboard: emulator.dashboard!,
    embeddedKey: transport === 'frame' ? embeddedKey : undefined,
    signingSecret,
    now,
  });
  const page = await browser.newPage({ viewport: { width: 640, height: 640 } });
  onTestFinished(() => page.close());
  const problems: string[] = [];
  let pictured = 0;
  page.on(
    'pageerror',
    ({ message }) => message.startsWith('the request was refused') || problems.push(message),
  );
  const frameRequests: string[] = [];
  page.on('request', (request) => {
    if (request.frame() !== page.mainFrame()) frameRequests.push(request.url());
  });
  page.setDefaultTimeout(30_000);
  await page.goto(dashboard.origin);
  await page.getByRole('button', { name: 'Set the key' }).waitFor();
  return {
    page,
    frameRequests,
    async press(button, title) {
      await page.evaluate(`document.querySelector('.Banner').classList.add('old')`); // a change draws another
      await page.getByRole('button', { name: button, exact: true }).click();
      await page.locator('.Banner:not(.old) .title').getByText(title, { exact: true }).waitFor();
      const text = await page.locator('.Banner .description').innerText();
      pictured += 1;
      const file = `${transport} ${pictured} ${button} ${title}`.replaceAll(/\W+/g, '-').toLowerCase();
      await page.screenshot({ path: `${pictures}${file}.png`, fullPage: true });
      expect(problems).toEqual([]);
      expect(await page.locator('#view').innerText()).not.toMatch(isValueShown);
      return text;
    },
  };
}

const stored = () =>
  emulator.secrets.get({ account: alice.account_id, scope, name: 'partner-api-key' })?.payload;
const lastFour = () => stored()?.slice(-4) ?? 'nothing stored';

/** Sets, reads, rotates and revokes a secret in a view; the Dashboard refuses three requests. */
async function useSecret({ press }: Tab): Promise<void> {
  expect(await press('Read', 'Read')).toBe('There is no key.');
  await press('Set the key', 'Set');
  const first = lastFour();
  expect(await press('Read', 'Read')).toBe(`The key ends in ${first}.`);
  await press('Rotate', 'Rotated');
  expect(lastFour()).not.toBe(first);
  expect(await press('Read', 'Read')).toBe(`The key ends in ${lastFour()}.`);
  await press('Revoke', 'Revoked');
  expect(stored()).toBeUndefined();
  expect(await press('Read', 'Read')).toBe('There is no key.');
  emulator.permissions.revoke();
  expect(await press('Set the key', 'permission_denied')).toMatch(/secret_write.*stripe-app\.json/);
  emulator.permissions.grant();
  emulator.faults.add({ kind: 'unauthorized' });
  expect(await press('Read', 'unauthenticated')).toMatch(/session of the Dashboard.*no API key to correct/);
}

describe.skipIf(browserPath === undefined)('the extension, in a sandboxed frame of Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserPath! });
  });
  afterAll(() => browser?.close());

  it('sets, reads, rotates and revokes a secret through the host, and shows each refusal', async () => {
    const tab = await open(browser, 'host');
    await useSecret(tab);
    expect(await tab.press('Read the key of Bob', 'permission_denied')).toMatch(
      /scope of the signed-in user/,
    );
    expect(tab.frameRequests.filter((url) => !url.startsWith(dashboard.origin))).toEqual([]);
    const others = emulator.requests.list().filter(({ account }) => ![null, 'acct_1'].includes(account)); // null: denied
    expect(others).toEqual([]);
  });

  it('reports a Dashboard that rejects a request', async () => {
    const tab = await open(browser, 'host');
    await tab.page.route(emulator.dashboard!.url, (route) => route.fulfill({ status: 401 }));
    expect(await tab.press('Read', 'unavailable')).toMatch(/Dashboard rejected the request.*Reload/);
  });

  it('reports a Dashboard that does not answer', async () => {
    const tab = await open(browser, 'host');
    emulator.faults.add({ kind: 'hang' });
    expect(await tab.press('Read', 'timeout')).toMatch(/no answer within/);
  });

  it('cannot reach the emulator from its frame, with the session token or an API key', async () => {
    const tab = await open(browser, 'host');
    const frame = tab.page.frames().find((each) => each !== tab.page.mainFrame())!;
    expect(await frame.evaluate('origin')).toBe('null');
    const ask = (url: string, key: string) =>
      frame.evaluate(
        ([target, bearer]) =>
          fetch(target!, {
            method: 'POST',
            headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
            body: '{}',
          }).then(
            ({ status }) => String(status),
            (error: unknown) => (error as Error).name,
          ),
        [url, key],
      );
    const { url, token } = emulator.dashboard!;
    expect(await ask(url, token)).toBe('TypeError');
    expect(await ask(`${emulator.url}/v1/apps/secrets`, embeddedKey)).toBe('TypeError');
    expect(emulator.requests.count()).toBe(0);
  });

  it('shares a connection with the backend, whose token the backend renews', async () => {
    await fromExtension(
      `${backend.url}/connect`,
      { ...alice, code: 'code-of-usr_alice' },
      signingSecret,
      now(),
    );
    const { press } = await open(browser, 'host');
    expect(await press('Orders', 'Orders')).toMatch(/an order of usr_alice.*the same/);
    offsetMs = tokenLifeMs + 60_000;
    expect(await press('Orders', 'Orders')).toMatch(/an order of usr_alice.*a new one/);
    expect([partner.refreshes(), partner.refusals()]).toEqual([1, 0]);
  });
});

describe.skipIf(browserPath === undefined)('the extension, with requests of its own frame', () => {
  it('sets, reads, rotates and revokes a secret, and shows each refusal', async () => {
    const proxy = await startStripeProxy(() => emulator.url, { account: alice.account_id });
    onTestFinished(() => proxy.close());
    const browser = await chromium.launch({
      executablePath: browserPath!,
      args: [
        `--host-resolver-rules=MAP api.stripe.com:443 127.0.0.1:${proxy.port}`,
        '--ignore-certificate-errors',
      ],
    });
    onTestFinished(() => browser.close());
    const tab = await open(browser, 'frame');
    await useSecret(tab);
    expect(tab.frameRequests).toContainEqual(
      expect.stringMatching(/^https:\/\/api\.stripe\.com\/v1\/apps\/secrets/),
    );
    expect(proxy.origins()).toEqual(['null']);
    expect(proxy.preflights()).toBeGreaterThan(0);
  });
});
